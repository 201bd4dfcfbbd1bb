/** The tape is the one that the definition gives: accesses of every kind, hosts, calls, suspended runs, moves. */
import { beforeAll, describe, expect, test } from 'vitest'
import { MEMORY_BYTES, type Xlen } from '../../../src/elf/image.ts'
import { u64, type Guest } from '../../../src/index.ts'
import type { Piece } from '../../../src/modes/preflight/piece.ts'
import type { Assembler } from '../../support/assembler.ts'
import { sample } from '../../support/exhaustive.ts'
import { randomSource } from '../../support/random.ts'
import { busyGuest, busyOptions } from '../../run/saved-support.ts'
import { artifactOf, DATA, engines, fixture, program, useRvr, widths } from '../../run/support.ts'
import { useMoves } from '../../run/tier-support.ts'
import { expectTape, piecesOf } from './plain.ts'

const host = useRvr('shared', 'quick')
const moved = useMoves()

const loads = (xlen: Xlen): string[] => ['lb', 'lbu', 'lh', 'lhu', 'lw', ...(xlen === 64 ? ['lwu', 'ld'] : [])]
const stores = (xlen: Xlen): string[] => ['sb', 'sh', 'sw', ...(xlen === 64 ? ['sd'] : [])]

/** Every load and store at every place of two blocks, at the ends of a page and of memory; loads of what was stored. */
function accesses(code: Assembler, xlen: Xlen): Assembler {
  const [load, store] = xlen === 64 ? ['ld', 'sd'] : ['lw', 'sw']
  code.li('a1', 0x0123_4567).li('a2', 0)
  for (const base of [DATA, DATA + 4096 - 8, MEMORY_BYTES - 24, 0]) {
    code.li('s0', base)
    for (let at = 0; at < 16; at++) {
      for (const name of stores(xlen))
        code.op(name, { rs1: 's0', rs2: 'a1', imm: at }).op('add', { rd: 'a1', rs1: 'a1', rs2: 'a1' })
      for (const name of loads(xlen))
        code.op(name, { rd: 'a3', rs1: 's0', imm: at }).op('add', { rd: 'a1', rs1: 'a1', rs2: 'a3' })
    }
  }
  return code
    .li('s0', DATA)
    .op(load, { rd: 'zero', rs1: 's0' })
    .op(store, { rs1: 's0', rs2: 's0' })
    .op(load, { rd: 's0', rs1: 's0' })
    .op(load, { rd: 's0', rs1: 's0' })
    .op('terminate')
}

/** A counted loop of stack words, one over an array that is not aligned, and one whose accesses meet each other. */
function loops(code: Assembler, xlen: Xlen): Assembler {
  const [load, store] = xlen === 64 ? ['ld', 'sd'] : ['lw', 'sw']
  const bytes = xlen / 8
  code.li('sp', DATA).li('a4', 900).label('words')
  for (let word = 0; word < 10; word++)
    code
      .op(load, { rd: 't0', rs1: 'sp', imm: word * bytes })
      .op('add', { rd: 't0', rs1: 't0', rs2: 'a4' })
      .op(store, { rs1: 'sp', rs2: 't0', imm: ((word + 3) % 10) * bytes })
  code.op('addi', { rd: 'a4', rs1: 'a4', imm: -1 }).op('bne', { rs1: 'a4', target: 'words' })
  for (const [name, from, to] of [
    ['array', DATA + 4096 - 30, 1000],
    ['even', DATA + 8192, 2000],
  ] as const)
    code
      .li('a0', from)
      .li('a1', to)
      .label(name)
      .op(load, { rd: 'a2', rs1: 'a0' })
      .op('add', { rd: 'a3', rs1: 'a3', rs2: 'a2' })
      .op(store, { rs1: 'a0', rs2: 'a1', imm: bytes })
      .op('addi', { rd: 'a0', rs1: 'a0', imm: bytes })
      .op('addi', { rd: 'a1', rs1: 'a1', imm: -1 })
      .op('bne', { rs1: 'a1', target: name })
  return code.op('terminate')
}

/** Calls in a loop, with operands that meet and of a length in a register, one of them outside of memory. */
const calls = (code: Assembler): Assembler =>
  code
    .li('a0', DATA)
    .li('a1', DATA + 136)
    .li('a2', 136)
    .label('again')
    .op('sw', { rs1: 'a0', rs2: 'a2' })
    .op('xorin', { rd: 'a0', rs1: 'a1', rs2: 'a2' })
    .op('lw', { rd: 'a3', rs1: 'a0' })
    .op('keccakf', { rd: 'a0' })
    .op('lw', { rd: 'a3', rs1: 'a0' })
    .op('addi', { rd: 'a1', rs1: 'a1', imm: -8 })
    .op('addi', { rd: 'a2', rs1: 'a2', imm: -8 })
    .op('bne', { rs1: 'a2', target: 'again' })
    .op('xorin', { rd: 'a0', rs1: 'a1', rs2: 'a2' })
    .li('a1', MEMORY_BYTES)
    .li('a2', 8)
    .op('xorin', { rd: 'a0', rs1: 'a1', rs2: 'a2' })

describe.each(widths)('RV%i', xlen => {
  const guests: Record<string, { guest: Guest; options: { readonly inputs?: readonly Uint8Array[] } }> = {}
  beforeAll(async () => {
    guests['accesses'] = { guest: await host.rvr.load(program(xlen, code => accesses(code, xlen))), options: {} }
    guests['loops'] = { guest: await host.rvr.load(program(xlen, code => loops(code, xlen))), options: {} }
    guests['hosts'] = { guest: await host.rvr.load(busyGuest(xlen)), options: busyOptions }
    guests['compiled'] = { guest: await host.rvr.load(fixture('fibonacci', xlen)), options: { inputs: [u64(300)] } }
    guests['calls'] = { guest: await host.rvr.load(program(xlen, calls)), options: {} }
  })

  const names = ['accesses', 'loops', 'hosts', 'compiled', 'calls']
  const cases = names.flatMap(name => engines.map(engine => ({ name, engine })))
  // The widths share the engines.
  test.each(sample(cases, xlen / 32))('$name: a whole run ($engine)', async ({ name, engine }) => {
    const { guest, options } = guests[name]!
    using run = await (await artifactOf(guest, 'preflight', engine)).execute(options)
    expectTape(guest, options, [piecesOf(run)], run.instret)
    expect(piecesOf(run)[0]!.words.length).toBeGreaterThan(10)
  })

  test.each(sample(engines, xlen / 32))('suspended and resumed anywhere (%s)', async engine => {
    const { guest, options } = guests['hosts']!
    const random = randomSource(xlen)
    const artifact = await artifactOf(guest, 'preflight', engine)
    const parts: (readonly Piece[])[] = []
    let run = await artifact.execute({ ...options, maxInstructions: 0 })
    for (; run.outcome === 'suspended'; run = await run.resume({ maxInstructions: 1 + random(4000) }))
      parts.push(piecesOf(run))
    parts.push(piecesOf(run))
    expectTape(guest, options, parts, run.instret)
    run.dispose()
  })

  test('a run that moves into native code between two instructions', async () => {
    const { guest, options } = guests['hosts']!
    const artifact = await moved(guest, await artifactOf(guest, 'preflight', 'native'), 10_007n)
    using run = await artifact.execute(options)
    expect([run.engine, run.interpreted]).toEqual(['native', 10_007n])
    expectTape(guest, options, [piecesOf(run)], run.instret)
  })

  test('a trap adds nothing, and what does not add up to an instruction has no piece', async () => {
    const guest = await host.rvr.load(fixture('traps', xlen))
    const options = { inputs: [Uint8Array.of(1)] }
    for (const engine of engines) {
      const artifact = await artifactOf(guest, 'preflight', engine)
      using run = await artifact.execute(options)
      expect(run.outcome).toBe('trapped')
      expectTape(guest, options, [piecesOf(run)], run.instret)
      using none = await artifact.execute({ ...options, maxInstructions: 0 })
      expect(piecesOf(none)).toEqual([])
    }
  })
})
