/** Guests whose memory lies elsewhere, or is larger: all engines agree up to its first and last bytes. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { windowEnd, type MemoryWindow, type Xlen } from '../../src/elf/image.ts'
import { u64, type Artifact } from '../../src/index.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { artifactOf, engines, errorOf, factsOf, useRvr, widths } from './support.ts'

const host = useRvr('shared', 'quick')

const GIB = 2 ** 30
const windows: readonly MemoryWindow[] = [
  { base: 0x8000_0000, bytes: 2 * GIB },
  { base: 0, bytes: 4 * GIB },
  { base: 0x8000_0000, bytes: GIB / 2 },
  { base: 0x1000_0000, bytes: GIB },
]
const named = windows.map(memory => [`${memory.base.toString(16)}+${memory.bytes.toString(16)}`, memory] as const)

/** Code at the beginning of memory, data a MiB behind. */
function elfIn(xlen: Xlen, { base }: MemoryWindow, write: (code: Assembler) => unknown): Uint8Array {
  const code = assembler(xlen, base + 0x1000)
  write(code)
  return buildElf({
    xlen,
    entry: base + 0x1000,
    segments: [
      { address: base + 0x1000, bytes: code.finish(), flags: 5 },
      { address: base + 0x10_0000, bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), flags: 6 },
    ],
  })
}

/** Sums up an array that it has written, by calls, with words of the stack, and goes through a table of addresses. */
function work(memory: MemoryWindow, xlen: Xlen): (code: Assembler) => unknown {
  const word = xlen / 8
  const [load, store] = xlen === 64 ? (['ld', 'sd'] as const) : (['lw', 'sw'] as const)
  return code =>
    code
      .li('sp', windowEnd(memory) - 16)
      .li('s0', memory.base + 0x10_0000)
      .li('t0', 2000)
      .op('addi', { rd: 't1', rs1: 's0' })
      .label('fill')
      .op(store, { rs1: 't1', rs2: 't0' })
      .op('addi', { rd: 't1', rs1: 't1', imm: word })
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'fill' })
      .op(store, { rs1: 'sp', rs2: 's0', imm: 16 - word })
      .op('jal', { rd: 'ra', target: 'sum' })
      .op('reveal', { rd: 0, rs1: 'a0' })
      .op('terminate', { imm: 7 })
      .label('sum')
      .op(store, { rs1: 'sp', rs2: 'ra' })
      .op(load, { rd: 't1', rs1: 'sp', imm: 16 - word })
      .li('t0', 2000)
      .label('add')
      .op(load, { rd: 't2', rs1: 't1' })
      .op('add', { rd: 'a0', rs1: 'a0', rs2: 't2' })
      .op('addi', { rd: 't1', rs1: 't1', imm: word })
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'add' })
      .op(load, { rd: 'ra', rs1: 'sp' })
      .op('jalr', { rs1: 'ra' })
}

const OPERATIONS = ['lbu', 'sb', 'lhu', 'sh', 'lw', 'sw'] as const
const OFFSETS = [0, -2048, 2047] as const

/** Does what its input says: operation, offset and base register, a word each. */
function access(memory: MemoryWindow, xlen: Xlen): (code: Assembler) => unknown {
  const load = xlen === 64 ? 'ld' : 'lw'
  return code => {
    code.li('s0', memory.base + 0x10_0000).op('hint_input')
    for (const register of ['a0', 'a1', 's1'] as const) {
      // In front of the payload lies its length.
      if (register === 'a0') code.op('hint_store', { rd: 's0' })
      code.op('hint_store', { rd: 's0' }).op(load, { rd: register, rs1: 's0' })
    }
    const cases = OPERATIONS.flatMap(name => OFFSETS.map(imm => ({ name, imm })))
    for (const number of cases.keys())
      code
        .li('t0', number)
        .op('bne', { rs1: 'a0', rs2: 't0', target: `not${number}` })
        .op('jal', { target: `do${number}` })
        .label(`not${number}`)
    for (const [number, { name, imm }] of cases.entries()) {
      const data = name.startsWith('l') ? ({ rd: 'a2' } as const) : ({ rs2: 's1' } as const)
      code
        .label(`do${number}`)
        .op(name, { ...data, rs1: 's1', imm })
        .op('terminate', { imm: number })
    }
  }
}

interface Place {
  readonly operation: number
  readonly offset: number
  readonly base: bigint
  readonly isLegal: boolean
  readonly address: bigint
}

/** Accesses that begin or end where memory does, and where addresses wrap around, or next to it. */
function places(memory: MemoryWindow, xlen: Xlen): Place[] {
  const end = windowEnd(memory)
  const edges = [memory.base, end, 0, 2 ** 32]
  const top = 2n ** BigInt(xlen)
  return OPERATIONS.flatMap((name, operation) => {
    const width = { b: 1, h: 2, w: 4 }[name[1] as 'b']
    const near = edges.flatMap(edge => [-width - 1, -width, -1, 0, 1].map(by => BigInt(edge + by)))
    return [...near, top - 1n, top - BigInt(width)].flatMap((wanted, turn) =>
      sample([...OFFSETS.entries()], turn, OFFSETS.length).map(([offset, imm]) => {
        const address = BigInt.asUintN(xlen, wanted)
        const isLegal = address >= BigInt(memory.base) && address + BigInt(width) <= BigInt(end)
        return { operation, offset, base: BigInt.asUintN(xlen, wanted - BigInt(imm)), isLegal, address }
      }),
    )
  })
}

async function expectEdges(artifact: Artifact, memory: MemoryWindow, xlen: Xlen): Promise<void> {
  let legal = 0
  const all = places(memory, xlen)
  for (const { operation, offset, base, isLegal, address } of all) {
    const number = BigInt(operation * OFFSETS.length + offset)
    const word = xlen === 64 ? u64 : (value: bigint): Uint8Array => u64(value).subarray(0, 4)
    const inputs = [Buffer.concat([number, 0n, base].map(word))]
    using run = await artifact.execute({ inputs })
    const outcome = isLegal ? { outcome: 'terminated', exitCode: Number(number) } : { outcome: 'trapped' }
    expect(run, `${OPERATIONS[operation]} at ${address} by ${OFFSETS[offset]}`).toMatchObject(outcome)
    if (!isLegal)
      expect(run.trap).toMatchObject({ address, kind: operation % 2 === 0 ? 'load-outside' : 'store-outside' })
    if (isLegal && operation % 2 === 1) expect(run.memory.read(Number(address), 1)).toEqual(word(base).slice(0, 1))
    if (isLegal) legal++
  }
  expect(legal).toBeGreaterThan(16)
  expect(all.length - legal).toBeGreaterThan(16)
}

// The others differ in numbers alone.
describe.each(isExhaustive ? named : named.slice(0, 2))('memory %s', (_, memory) => {
  // A native interpreter of its own, which knows where its guests lie, takes a while.
  const compiled = memory === windows[0] ? (['interp', 'native'] as const) : (['interp'] as const)
  const own = isExhaustive ? engines : compiled

  test.each(widths)('RV%i: engines agree in every mode that has no tables of memory', async xlen => {
    const guest = await host.rvr.load(elfIn(xlen, memory, work(memory, xlen)), { memory })
    for (const mode of isExhaustive ? (['pure', 'metered-cost', 'profile', 'calls'] as const) : (['pure'] as const)) {
      using wanted = await guest.interpret(mode).execute()
      expect(wanted).toMatchObject({ outcome: 'terminated', exitCode: 7 })
      expect(Buffer.from(wanted.publicValues).readUInt32LE(0)).toBe(2_001_000)
      for (const engine of own) {
        using run = await (await artifactOf(guest, mode, engine)).execute()
        expect(factsOf(run)).toEqual(factsOf(wanted))
        expect(run.memory.read(memory.base + 0x10_0000, 64)).toEqual(wanted.memory.read(memory.base + 0x10_0000, 64))
      }
    }
  })

  test.each(widths)('RV%i: first and last bytes, and what lies beside them', async xlen => {
    const guest = await host.rvr.load(elfIn(xlen, memory, access(memory, xlen)), { memory })
    for (const engine of own) await expectEdges(await artifactOf(guest, 'pure', engine), memory, xlen)
  })
})

test('modes with tables of memory refuse it, and those that look at it by pages do not', async () => {
  const memory = windows[0]!
  const guest = await host.rvr.load(elfIn(64, memory, work(memory, 64)), { memory })
  for (const mode of ['metered', 'preflight', 'shards'] as const)
    expect(await errorOf(guest.compile(mode))).toMatchObject({ code: 'USAGE', details: memory })
  expect(await errorOf(guest.verifyingKey())).toMatchObject({ code: 'USAGE', details: memory })
})

test('twenty guests with 4 GiB each, at once, take what they touch', async () => {
  const memory = { base: 0, bytes: 4 * GIB }
  const guest = await host.rvr.load(elfIn(64, memory, work(memory, 64)), { memory })
  const artifact = guest.interpret('pure')
  const before = process.memoryUsage.rss()
  const runs = await Promise.all(Array.from({ length: 20 }, () => artifact.execute({ maxInstructions: 9000 })))
  expect(process.memoryUsage.rss() - before).toBeLessThan(GIB / 2)
  const file = join(await mkdtemp(join(tmpdir(), 'rvr-windows-')), 'saved.run')
  await runs[0]!.save(file)
  expect((await stat(file)).size).toBeLessThan(2 ** 20)
  using resumed = await artifact.resumeFrom(file)
  using whole = await artifact.execute()
  expect(factsOf(resumed)).toEqual(factsOf(whole))
  for (const run of runs) run.dispose()
  await rm(dirname(file), { recursive: true })
})

test('a file that states more than its memory is refused, and one that fills it is none', async () => {
  const memory = { base: 0, bytes: 4 * GIB }
  const of = (memorySize: number): Uint8Array => {
    const code = assembler(64, 0x1000).op('terminate')
    const segments = [{ address: 0x1000, bytes: code.finish(), flags: 7, memorySize }]
    return buildElf({ xlen: 64, entry: 0x1000, segments })
  }
  expect(await errorOf(host.rvr.load(of(4 * GIB), { memory }))).toMatchObject({ code: 'ELF_INVALID' })
  using run = await (await host.rvr.load(of(4 * GIB - 0x1000), { memory })).interpret('pure').execute()
  expect(run.exitCode).toBe(0)
})

test('a guest that lies elsewhere is refused by name', async () => {
  const memory = { base: 0x8000_0000, bytes: GIB / 2 }
  const elf = elfIn(64, memory, code => code.op('terminate'))
  expect(await errorOf(host.rvr.load(elf))).toMatchObject({
    code: 'ELF_INVALID',
    details: { field: 'p_vaddr of program header 0' },
  })
  expect(await errorOf(host.rvr.load(elf, { memory: { base: 0x9000_0000 } }))).toMatchObject({ code: 'ELF_INVALID' })
})

test.each([
  { bytes: GIB / 4 },
  { base: 0x8000_0000, bytes: 4 * GIB },
  { base: 4096, bytes: GIB },
  { bytes: GIB + 4096 },
  { base: -1 },
])('memory %j is refused', async memory => {
  const elf = elfIn(64, { base: 0, bytes: 0 }, code => code.op('terminate'))
  expect(await errorOf(host.rvr.load(elf, { memory }))).toMatchObject({ code: 'USAGE' })
})
