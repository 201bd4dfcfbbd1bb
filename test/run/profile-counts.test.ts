/** Mode `profile`: counts of every instruction add up to instret and to the cost, in both engines, with both compilers, whole and in pieces. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { decoderFor } from '../../src/extensions/registry.ts'
import { Rvr, u64, utf8, type Artifact, type ExecuteOptions, type Guest, type Run } from '../../src/index.ts'
import { fetchAt } from '../../src/program/slots.ts'
import { cellsOf } from '../../src/machine/machine.ts'
import { assembler } from '../support/assembler.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { buildElf } from '../support/elf-builder.ts'
import { artifactOf, DATA, engines, expectSame, fixture, program, TEXT, useRvr, widths } from './support.ts'
import { useMoves } from './tier-support.ts'

/** Optimised code is that of gcc below, and in engines-agree.test.ts. */
const host = useRvr('shared', 'quick')
const movingAfter = useMoves()

/** What the counts say the run cost. */
function costOf(guest: Guest, { profile }: Run): bigint {
  const decode = decoderFor(guest.image.xlen, guest.abi)
  let cells = 0
  for (const [pc, count] of profile!.counts) {
    const instr = fetchAt(guest.image, decode, pc)!.instr
    if (instr !== undefined) cells += cellsOf(guest.machine, instr, count + (profile!.extraRows.get(pc) ?? 0))
  }
  return BigInt(cells)
}

const sum = (run: Run): bigint => BigInt([...run.profile!.counts.values()].reduce((total, count) => total + count, 0))

function expectExact(guest: Guest, run: Run): void {
  expect(sum(run)).toBe(run.instret)
  expect(run.profile!.instret).toBe(run.instret)
  expect(costOf(guest, run)).toBe(run.cost)
}

type Case = readonly [guest: string, options: ExecuteOptions, abi?: 'linux']

const cases: readonly Case[] = [
  ['fibonacci', { inputs: [u64(5000)] }],
  ['fibonacci', {}],
  ['fibonacci', { inputs: [u64(10)], publicValuesBytes: 4 }],
  ['echo', { inputs: [utf8('Grüße')] }],
  ['echo', { inputs: [utf8('z'.repeat(5000))] }],
  ['exitcode', { inputs: [Uint8Array.of(42)] }],
  ...[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 200].map((selector): Case => [
    'traps',
    { inputs: [Uint8Array.of(selector)] },
  ]),
  ['traps', { inputs: [Uint8Array.of(7)], maxInstructions: 50_001 }],
  ['hello', {}, 'linux'],
  ['args', { args: ['args', 'one'], inputs: [utf8('input\n')] }, 'linux'],
  ['printf', {}, 'linux'],
  ...['bytecode', 'bytes', 'hashmap', 'keccak', 'list', 'matmul', 'recursion', 'sha256', 'sieve', 'sort'].map(
    (name): Case => [`bench-${name}`, { args: [name, '1'], maxInstructions: 60_000 }, 'linux'],
  ),
]

describe.each(widths)('RV%i', xlen => {
  const load = (name: string, abi?: 'linux'): Promise<Guest> =>
    host.rvr.load(fixture(name, xlen), abi === undefined ? {} : { abi })

  // The widths share the cases, and of the kernels, which compile long, every second one is left to `make exhaustive`.
  const chosen = sample(
    cases.map((item, index) => [`${item[0]}, case ${index}`, item] as const),
    xlen / 32,
  ).filter(([title], index) => isExhaustive || index % 2 === 0 || !title.startsWith('bench-'))
  test.each(chosen)('%s', async (_title, [name, options, abi]) => {
    const guest = await load(name, abi)
    using native = await (await guest.compile('profile')).execute(options)
    using interpreted = await guest.interpret('profile').execute(options)
    using cost = await guest.interpret('metered-cost').execute(options)
    expectExact(guest, native)
    expect(native.profile).toEqual(interpreted.profile)
    // The others move in engines-agree.test.ts.
    if (abi === 'linux') {
      const after = (native.instret * 2n) / 3n
      using moved = await (await movingAfter(guest, await guest.compile('profile'), after)).execute(options)
      expectSame(moved, native)
      expect([moved.profile, moved.engine, moved.interpreted]).toEqual([native.profile, 'native', after])
    }
    expect(native).toMatchObject({ instret: cost.instret, cost: cost.cost, outcome: cost.outcome, mode: 'profile' })
    expect([...native.profile!.counts.keys()]).toEqual([...native.profile!.counts.keys()].toSorted((a, b) => a - b))
  })

  test('stops and resumes anywhere change nothing, and earlier runs keep their counts', async () => {
    const guest = await load('bench-sort', 'linux')
    for (const engine of engines) {
      const artifact = await artifactOf(guest, 'profile', engine)
      const options = { args: ['sort', '1'] }
      using whole = await artifact.execute({ ...options, maxInstructions: 20_000 })
      let run = await artifact.execute({ ...options, maxInstructions: 1 })
      const first = run
      for (let step = 1n; run.instret < 20_000n; step = (step * 7n) % 1009n) {
        const left = 20_000n - run.instret
        run = await run.resume({ maxInstructions: step < left ? step : left })
        expect(sum(run)).toBe(run.instret)
      }
      expect(run.profile).toEqual(whole.profile)
      expect(sum(first)).toBe(1n)
      run.dispose()
    }
  })

  test('a cost limit', async () => {
    const guest = await load('fibonacci')
    for (const engine of engines) {
      const artifact = await artifactOf(guest, 'profile', engine)
      using run = await artifact.execute({ inputs: [u64(5000)], maxCost: 100_000 })
      expect(run.stopCause).toBe('cost')
      expectExact(guest, run)
    }
  })
})

test('rows of HINT_BUFFER count, its executions are one each', async () => {
  const elf = program(64, code =>
    code.op('hint_input').li('s0', DATA).li('a0', 4).op('hint_buffer', { rd: 's0', rs1: 'a0' }).op('terminate'),
  )
  const guest = await host.rvr.load(elf)
  for (const engine of engines) {
    const artifact = await artifactOf(guest, 'profile', engine)
    using run = await artifact.execute({ inputs: [new Uint8Array(24)] })
    expect(run).toMatchObject({ outcome: 'terminated' })
    expectExact(guest, run)
    expect([...run.profile!.extraRows.values()]).toEqual([3])
  }
})

test('a block that is left in its middle counts what ran of it', async () => {
  const elf = program(64, code =>
    code
      .li('s0', DATA)
      .li('s1', 50)
      .label('loop')
      .op('lw', { rd: 'a0', rs1: 's0' })
      .op('slli', { rd: 's0', rs1: 's0', imm: 1 })
      .op('lw', { rd: 'a1', rs1: 's0' })
      .op('addi', { rd: 's1', rs1: 's1', imm: -1 })
      .op('bne', { rs1: 's1', target: 'loop' })
      .op('terminate'),
  )
  const guest = await host.rvr.load(elf)
  const runs = await Promise.all([(await guest.compile('profile')).execute(), guest.interpret('profile').execute()])
  expect(runs[0]!.outcome).toBe('trapped')
  for (const run of runs) expectExact(guest, run)
  expect(runs[0]!.profile).toEqual(runs[1]!.profile)
  expect(new Set(runs[0]!.profile!.counts.values()).size).toBeGreaterThan(1)
  for (const run of runs) run.dispose()
})

test('functions and operations, the dearest first, add up to the run', async () => {
  const guest = await host.rvr.load(fixture('bench-sort', 64), { abi: 'linux' })
  using run = await (await guest.compile('profile')).execute({ args: ['sort', '1'], maxInstructions: 60_000 })
  const { functions, opcodes } = run.profile!
  for (const list of [functions, opcodes]) {
    expect(BigInt(list.reduce((sum, { instructions }) => sum + instructions, 0))).toBe(run.instret)
    expect(BigInt(list.reduce((sum, { cells }) => sum + cells, 0))).toBe(run.cost)
    expect(list.map(({ cells }) => cells)).toEqual(list.map(({ cells }) => cells).toSorted((a, b) => b - a))
  }
  expect(functions.map(({ name }) => name)).toEqual(expect.arrayContaining(['main', 'kernel', '_start']))
  expect(opcodes.map(({ name }) => name)).toEqual(expect.arrayContaining(['addi', 'ld', 'bne']))
})

test('code in front of every symbol has none; functions of one name count together; the nearest symbol below names the rest', async () => {
  const code = assembler(64, TEXT)
    .op('addi', { rd: 'a0', imm: 1 })
    .op('addi', { rd: 'a0', imm: 2 })
    .op('addi', { rd: 'a0', imm: 3 })
    .op('addi', { rd: 'a0', imm: 4 })
    .op('terminate')
  const elf = buildElf({
    xlen: 64,
    entry: TEXT,
    segments: [{ address: TEXT, bytes: code.finish(), flags: 5 }],
    symbols: [
      { name: 'twice', address: TEXT + 4, size: 4 },
      { name: 'other', address: TEXT + 8, size: 4 },
      { name: 'twice', address: TEXT + 12, size: 4 },
    ],
  })
  const guest = await host.rvr.load(elf)
  using run = await guest.interpret('profile').execute()
  expect(run.profile!.functions).toEqual([
    { name: 'twice', instructions: 3, cells: 46 },
    { name: '(no symbol)', instructions: 1, cells: 23 },
    { name: 'other', instructions: 1, cells: 23 },
  ])
})

test('counts go on in a run that was saved', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rvr-profile-'))
  try {
    const guest = await host.rvr.load(fixture('fibonacci', 64))
    const options = { inputs: [u64(300)] }
    for (const engine of engines) {
      const artifact = await artifactOf(guest, 'profile', engine)
      using whole = await artifact.execute(options)
      using first = await artifact.execute({ ...options, maxInstructions: 777 })
      using last = await artifact.resumeFrom(await first.save(join(directory, 'run')))
      expectExact(guest, last)
      expect(last.profile).toEqual(whole.profile)
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

test('other modes have no profile', async () => {
  const guest = await host.rvr.load(fixture('fibonacci', 64))
  using run = await guest.interpret('pure').execute({ inputs: [u64(3)] })
  expect(run.profile).toBeUndefined()
})

describe('gcc', () => {
  let rvr: Rvr | undefined
  afterAll(() => rvr?.dispose())

  test.each(widths)('RV%i counts as the interpreter does', async xlen => {
    rvr ??= await Rvr.create({ cacheDir: inject('sharedCache'), cc: 'gcc' })
    const some: readonly Case[] = [
      cases[0]!,
      cases[3]!,
      ['traps', { inputs: [Uint8Array.of(6)] }],
      ['bench-sort', { args: ['sort', '1'], maxInstructions: 60_000 }, 'linux'],
    ]
    // The widths share them.
    for (const [name, options, abi] of sample(some, xlen / 32 + 1)) {
      const guest = await rvr.load(fixture(name, xlen), abi === undefined ? {} : { abi })
      const artifacts: Artifact[] = [await guest.compile('profile'), await artifactOf(guest, 'profile', 'interp')]
      const runs = await Promise.all(artifacts.map(artifact => artifact.execute(options)))
      for (const run of runs) expectExact(guest, run)
      expect(runs[0]!.profile).toEqual(runs[1]!.profile)
      for (const run of runs) run.dispose()
    }
  })
})
