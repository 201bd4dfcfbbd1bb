/** Guests with atomic instructions: results in every engine, reservations across stops and files, traps, deadlines. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Guest, Run } from '../../src/index.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { machineWithNops, rowsOfSets } from '../support/sets.ts'
import { useDirectory } from '../run/saved-support.ts'
import { artifactOf, DATA, errorOf, TEXT, useRvr, widths } from '../run/support.ts'

const quick = useRvr('shared', 'quick')
const directory = useDirectory()
/** The native interpreter has its turn in test/differential. */
const ENGINES = ['native', 'interp'] as const

function guest(xlen: 32 | 64, write: (code: Assembler) => unknown): Uint8Array {
  const code = assembler(xlen, TEXT, rowsOfSets(['zaamo', 'zalrsc'], xlen))
  write(code.li('s0', DATA))
  return buildElf({
    xlen,
    entry: TEXT,
    segments: [
      { address: TEXT, bytes: code.finish(), flags: 5 },
      { address: DATA, bytes: Uint8Array.from({ length: 64 }, (_, index) => 0xf0 - index), flags: 6 },
    ],
    symbols: [{ name: '_start', address: TEXT }],
  })
}

const load = (xlen: 32 | 64, write: (code: Assembler) => unknown): Promise<Guest> =>
  quick.rvr.load(guest(xlen, write), { isa: `rv${xlen}ima`, machine: machineWithNops(xlen) })

const valuesIn = (run: Run, numbers: readonly number[]): bigint[] => numbers.map(number => run.registers[number]!)

/** a1 … a7 and s2: what SC says in turn. */
const conditional = (code: Assembler): Assembler =>
  code
    // Nothing is reserved: 1.
    .op('sc.w', { rd: 'a1', rs1: 's0', rs2: 's0' })
    // Reserved; a store of the hart between leaves it so: 0. It is held no longer: 1.
    .op('lr.w', { rd: 't0', rs1: 's0' })
    .op('sw', { rs1: 's0', rs2: 't0' })
    .op('sc.w', { rd: 'a2', rs1: 's0', rs2: 's0' })
    .op('sc.w', { rd: 'a3', rs1: 's0', rs2: 's0' })
    // Another word is reserved, which is lost by it: 1, 1.
    .op('addi', { rd: 's1', rs1: 's0', imm: 8 })
    .op('lr.w', { rd: 't0', rs1: 's1' })
    .op('sc.w', { rd: 'a4', rs1: 's0', rs2: 't0' })
    .op('sc.w', { rd: 'a5', rs1: 's1', rs2: 't0' })
    // The newest counts: 0. Nobody looks at the result of the last one.
    .op('lr.w', { rd: 't0', rs1: 's0' })
    .op('lr.w', { rd: 0, rs1: 's1' })
    .op('sc.w', { rd: 'a6', rs1: 's1', rs2: 't0' })
    .op('sc.w', { rd: 0, rs1: 's1', rs2: 't0' })

test.each(widths)('RV%i: reservations and changes in every engine and in modes that look at accesses', async xlen => {
  const loaded = await load(xlen, code => {
    conditional(code)
    if (xlen === 64)
      code
        // Its size is another one: 1.
        .op('lr.w', { rd: 't0', rs1: 's1' })
        .op('sc.d', { rd: 'a7', rs1: 's1', rs2: 't0' })
    code
      // Order bits mean nothing; rd may be the address.
      .op('amoadd.w', { rd: 's2', rs1: 's0', rs2: 's0', imm: 3 })
      .op('amoor.w', { rd: 's1', rs1: 's1', rs2: 's0', imm: 1 })
      .op('terminate')
  })
  const word = BigInt(DATA)
  const wanted = [1n, 0n, 1n, 1n, 1n, 0n, xlen === 64 ? 1n : 0n, word, word]
  const costs: unknown[] = []
  for (const mode of ['pure', 'metered'] as const)
    for (const engine of ENGINES) {
      using run = await (await artifactOf(loaded, mode, engine)).execute()
      expect([run.outcome, run.exitCode], engine).toEqual(['terminated', 0])
      expect(valuesIn(run, [11, 12, 13, 14, 15, 16, 17, 18, 9]), engine).toEqual(wanted)
      expect(run.memory.read(DATA, 12)).toEqual(Uint8Array.of(0, 0, 0x60, 0, 0xec, 0xeb, 0xea, 0xe9, 0, 0, 0x30, 0))
      if (mode === 'metered') costs.push([run.cost, run.segments])
    }
  expect(costs[1]).toEqual(costs[0])
})

test('a reservation is part of a suspended run, in memory and in a file, whatever engine goes on', async () => {
  const loaded = await load(64, code => conditional(code).op('terminate'))
  using whole = await loaded.interpret('pure').execute()
  for (const [from, to] of [
    ['interp', 'native'],
    ['native', 'interp'],
  ] as const)
    // The first two words are reserved there.
    for (const stop of from === 'interp' ? [5, 10] : [4, 7]) {
      using first = await (await artifactOf(loaded, 'pure', from)).execute({ maxInstructions: stop })
      const file = await first.save(join(directory.path, `${from}-${stop}`))
      using resumed = await first.resume()
      using read = await (await artifactOf(loaded, 'pure', to)).resumeFrom(file)
      expect(resumed.registers, `${stop}`).toEqual(whole.registers)
      expect(read.registers, `${stop}`).toEqual(whole.registers)
    }
})

test('a run is not resumed with another instruction set', async () => {
  const elf = guest(64, code => conditional(code).op('terminate'))
  const first = await (await quick.rvr.load(elf, { isa: 'rv64ima' })).interpret('pure').execute({ maxInstructions: 5 })
  const file = await first.save(join(directory.path, 'sets'))
  const other = (await quick.rvr.load(elf, { isa: 'rv64ima_zba' })).interpret('pure')
  expect(await errorOf(other.resumeFrom(file))).toMatchObject({ code: 'STATE_REFUSED' })
})

test.each([
  ['amoadd.w', 2, 4],
  ['lr.w', 1, 4],
  ['sc.d', 4, 8],
] as const)('%s at %i bytes behind a word traps, and nothing has changed', async (name, offset, bytes) => {
  const loaded = await load(64, code =>
    code.op('addi', { rd: 's1', rs1: 's0', imm: offset }).op(name, { rd: 'a0', rs1: 's1', rs2: 's0' }).op('terminate'),
  )
  for (const engine of ENGINES) {
    using run = await (await artifactOf(loaded, 'pure', engine)).execute()
    expect(run.trap).toMatchObject({ kind: 'access-misaligned', address: BigInt(DATA + offset) })
    expect(run.trap!.message).toBe(`${name} at 0x${(DATA + offset).toString(16)}, which is no multiple of ${bytes}`)
    expect(run.registers[10]).toBe(0n)
    expect(run.memory.read(DATA, 16)).toEqual(Uint8Array.from({ length: 16 }, (_, index) => 0xf0 - index))
  }
})

test('a store that never succeeds is stopped by a deadline', async () => {
  const loaded = await load(64, code =>
    code
      .op('addi', { rd: 's1', rs1: 's0', imm: 8 })
      .label('again')
      .op('lr.w', { rd: 'a0', rs1: 's0' })
      .op('sc.w', { rd: 'a1', rs1: 's1', rs2: 'a0' })
      .op('bne', { rs1: 'a1', rs2: 0, target: 'again' })
      .op('terminate'),
  )
  for (const engine of ENGINES) {
    using run = await (await artifactOf(loaded, 'pure', engine)).execute({ timeoutMs: 30 })
    expect([run.outcome, run.stopCause], engine).toEqual(['suspended', 'timeout'])
  }
})
