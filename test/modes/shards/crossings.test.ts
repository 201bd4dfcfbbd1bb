/** Crossings are those that the definition gives: accesses of every kind, hosts, calls, suspended runs, moves. */
import { beforeAll, describe, expect, test } from 'vitest'
import { preserveNone } from '../../../src/codegen/convention.ts'
import { generate } from '../../../src/codegen/generate.ts'
import { MEMORY_BYTES, type Xlen } from '../../../src/elf/image.ts'
import { callFiles } from '../../../src/extensions/compose.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import type { Guest } from '../../../src/index.ts'
import { defaultMachine } from '../../../src/machine/machine.ts'
import { modeNamed } from '../../../src/modes/registry.ts'
import { graphOf } from '../../codegen/guests.ts'
import { busyGuest, busyOptions } from '../../run/saved-support.ts'
import { artifactOf, DATA, engines, errorOf, fixture, program, useRvr, widths } from '../../run/support.ts'
import { useMoves } from '../../run/tier-support.ts'
import type { Assembler } from '../../support/assembler.ts'
import { sample } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { countsOf, expectCrossings } from './plain.ts'

const host = useRvr('shared', 'quick')
const moved = useMoves()

/** Loads and stores of every width at every place of two words, again and again, and a loop over an array. */
function accesses(code: Assembler, xlen: Xlen): Assembler {
  const [load, store] = xlen === 64 ? ['ld', 'sd'] : ['lw', 'sw']
  const names = ['sb', 'lbu', 'sh', 'lh', 'sw', 'lw', store, load]
  code.li('s1', 3).label('again')
  for (const base of [DATA, DATA + 4096 - 8, MEMORY_BYTES - 24, 0, 0x1000_0000]) {
    code.li('s0', base)
    for (let at = 0; at < 16; at++)
      for (const name of names)
        code.op(name, name.startsWith('s') ? { rs1: 's0', rs2: 'a1', imm: at } : { rd: 'a3', rs1: 's0', imm: at })
  }
  code
    .li('a0', DATA + 4096)
    .li('a1', 500)
    .label('array')
    .op(load, { rd: 'a2', rs1: 'a0' })
    .op('add', { rd: 'a3', rs1: 'a3', rs2: 'a2' })
    .op(store, { rs1: 'a0', rs2: 'a1', imm: xlen / 8 })
    .op('addi', { rd: 'a0', rs1: 'a0', imm: xlen / 8 })
    .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
    .op('bne', { rs1: 'a1', target: 'array' })
  return code
    .op('addi', { rd: 's1', rs1: 's1', imm: -1 })
    .op('beq', { rs1: 's1', target: 'end' })
    .op('jal', { target: 'again' })
    .label('end')
    .op('terminate')
}

/** Calls in a loop, with operands that meet and of a length in a register. */
const calls = (code: Assembler): Assembler =>
  code
    .li('a0', DATA)
    .li('a1', DATA + 136)
    .li('a2', 136)
    .label('again')
    .op('sw', { rs1: 'a0', rs2: 'a2' })
    .op('xorin', { rd: 'a0', rs1: 'a1', rs2: 'a2' })
    .op('keccakf', { rd: 'a0' })
    .op('lw', { rd: 'a3', rs1: 'a0' })
    .op('addi', { rd: 'a1', rs1: 'a1', imm: -8 })
    .op('addi', { rd: 'a2', rs1: 'a2', imm: -8 })
    .op('bne', { rs1: 'a2', target: 'again' })
    .op('terminate')

/** Counted loops of one load or store each: strides up and down, from a register too, of every width. */
function series(code: Assembler, xlen: Xlen): Assembler {
  code.li('s1', 2).li('s2', 11).label('again')
  const accesses = ['sb', 'lbu', 'sh', 'lw', 'sw', ...(xlen === 64 ? ['sd'] : [])]
  const strides = [0, 1, 2, 3, 4, 5, 8, 12, 24, -1, -2, -4, -8, -40]
  for (const [number, name] of accesses.entries())
    for (const stride of [...strides, 's2'] as const) {
      const width = { b: 1, h: 2, w: 4, d: 8 }[name[1]!]!
      if (stride !== 's2' && stride % width !== 0) continue
      const label = `${name} ${stride}`
      // Some loops make one iteration only.
      code.li('a0', DATA + 1024 * (1 + number) + 8).li('a1', number % 2 === 0 && stride === 1 ? 1 : 23 + number)
      code.label(label)
      code.op(name, name.startsWith('s') ? { rs1: 'a0', rs2: 'a1', imm: 16 } : { rd: 'a3', rs1: 'a0', imm: 16 })
      if (stride === 's2') code.op('add', { rd: 'a0', rs1: 'a0', rs2: 's2' })
      else if (stride !== 0) code.op('addi', { rd: 'a0', rs1: 'a0', imm: stride })
      code.op('addi', { rd: 'a1', rs1: 'a1', imm: -1 }).op('bne', { rs1: 'a1', target: label })
    }
  return code
    .op('addi', { rd: 's1', rs1: 's1', imm: -1 })
    .op('beq', { rs1: 's1', target: 'end' })
    .op('jal', { target: 'again' })
    .label('end')
    .op('terminate')
}

const MOST = 12_000

test('native code makes calls itself', () => {
  const files = callFiles(abiNamed('openvm'))
  const given = { mode: modeNamed('shards'), machine: defaultMachine(64), convention: preserveNone, callFiles: files }
  const project = generate(graphOf(64, calls), { ...given, identity: '{}' })
  const text = project.files.map(({ content }) => content).join('')
  expect(text).toMatch(/!\w*xorin\(.*\n.*rvr_access_range\(m, [^\n]*\n.*rvr_access_range\(m, /)
})

describe.each(widths)('RV%i', xlen => {
  const guests: Record<
    string,
    { guest: Guest; options: { readonly inputs?: readonly Uint8Array[]; readonly args?: readonly string[] } }
  > = {}
  beforeAll(async () => {
    guests['accesses'] = { guest: await host.rvr.load(program(xlen, code => accesses(code, xlen))), options: {} }
    guests['series'] = { guest: await host.rvr.load(program(xlen, code => series(code, xlen))), options: {} }
    guests['hosts'] = { guest: await host.rvr.load(busyGuest(xlen)), options: busyOptions }
    guests['hash map'] = {
      guest: await host.rvr.load(fixture('bench-hashmap', xlen), { abi: 'linux' }),
      options: { args: ['1'] },
    }
    guests['calls'] = { guest: await host.rvr.load(program(xlen, calls)), options: {} }
  })

  /** Ends of shards at random places of a run. */
  function randomEnds(random: (below: number) => number, length: number, count: number): number[] {
    const ends = Array.from({ length: count }, () => 1 + random(length))
    return [...new Set(ends)].toSorted((a, b) => a - b)
  }

  const names = ['accesses', 'series', 'hosts', 'hash map', 'calls']
  // Engines take turns at widths, but for the guests that have all accesses.
  const cases = names.flatMap((name, turn) =>
    (turn < 2 ? engines : sample(engines, turn + xlen / 32)).map(engine => ({ name, engine })),
  )
  test.each(cases)('$name: a whole run ($engine)', async ({ name, engine }) => {
    const { guest, options } = guests[name]!
    using pure = await guest.interpret('pure').execute({ ...options, maxInstructions: MOST })
    const random = randomSource(xlen * 7)
    const artifact = await artifactOf(guest, 'shards', engine)
    for (const count of [2, 25, 200]) {
      const given = { ...options, shardEnds: randomEnds(random, Number(pure.instret), count) }
      using run = await artifact.execute({ ...given, maxInstructions: MOST })
      expectCrossings(guest, given, run)
      expect(countsOf(run).registers.length).toBeGreaterThan(0)
      if (name !== 'hash map') expect(countsOf(run).crossings.words.length).toBeGreaterThan(1)
    }
  })

  test.each(engines)('suspended and resumed anywhere (%s)', async engine => {
    const { guest, options } = guests['hosts']!
    const random = randomSource(xlen)
    const artifact = await artifactOf(guest, 'shards', engine)
    const given = { ...options, shardEnds: [1000, 1001, 5000, 9000] }
    let run = await artifact.execute({ ...given, maxInstructions: 0 })
    for (let left = 12; run.outcome === 'suspended' && left > 0; left--)
      run = await run.resume({ maxInstructions: left % 3 === 0 ? 1000 : 1 + random(4000) })
    expectCrossings(guest, given, run)
    run.dispose()
  })

  test('a run that moves into native code between two instructions', async () => {
    const { guest, options } = guests['hosts']!
    const artifact = await moved(guest, await artifactOf(guest, 'shards', 'native'), 10_007n)
    const given = { ...options, shardEnds: [4000, 10_007, 10_500, 12_000] }
    using run = await artifact.execute(given)
    expect([run.engine, run.interpreted]).toEqual(['native', 10_007n])
    expectCrossings(guest, given, run)
  })

  test('a trap adds nothing', async () => {
    const guest = await host.rvr.load(fixture('traps', xlen))
    const given = { inputs: [Uint8Array.of(1)], shardEnds: [5, 20] }
    for (const engine of engines) {
      using run = await (await artifactOf(guest, 'shards', engine)).execute(given)
      expect(run.outcome).toBe('trapped')
      expectCrossings(guest, given, run)
    }
  })

  test('plans that do not ascend, other modes', async () => {
    const { guest } = guests['calls']!
    const artifact = guest.interpret('shards')
    for (const shardEnds of [[0], [5, 5], [7, 3]])
      expect(await errorOf(artifact.execute({ shardEnds }))).toMatchObject({ code: 'USAGE' })
    expect(await errorOf(guest.interpret('pure').execute({ shardEnds: [5] }))).toMatchObject({ code: 'USAGE' })
  })
})
