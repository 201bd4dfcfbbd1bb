/** Whatever a guest does, the host lives: every kind of trap many times over, wild addresses, and then ordinary work. */
import { describe, expect, test } from 'vitest'
import { u64, type AbiName, type TrapKind } from '../../src/index.ts'
import type { Assembler } from '../support/assembler.ts'
import { sample } from '../support/exhaustive.ts'
import { randomSource } from '../support/random.ts'
import { artifactOf, DATA, expectSame, fixture, program, useRvr, widths } from './support.ts'

/** Traps of optimised code are in engines-agree.test.ts. */
const host = useRvr('shared', 'quick')
const ROUNDS = 4
const END = 2 ** 29

/** One way into every kind of trap. */
const ways: readonly (readonly [kind: TrapKind, write: (code: Assembler) => unknown, abi?: AbiName])[] = [
  ['load-outside', code => code.li('a0', END).op('lb', { rd: 'a1', rs1: 'a0' })],
  ['store-outside', code => code.li('a0', -8).op('sw', { rs1: 'a0', rs2: 'a0' })],
  ['jump-outside', code => code.li('a0', DATA).op('jalr', { rd: 'ra', rs1: 'a0' })],
  ['jump-misaligned', code => code.li('a0', 0x200802).op('jalr', { rd: 'ra', rs1: 'a0' })],
  ['fetch-outside', code => code.op('addi', { rd: 'a0', imm: 1 })],
  ['illegal-instruction', code => code.word(0xffffffff), 'linux'],
  ['input-empty', code => code.op('hint_input')],
  ['hint-exhausted', code => code.li('a0', DATA).op('hint_store', { rd: 'a0' })],
  ['hint-count', code => code.li('a0', DATA).op('hint_buffer', { rd: 'a0', rs1: 0 })],
  ['hint-random-count', code => code.li('a0', -1).op('hint_random', { rd: 'a0' })],
  ['reveal-misaligned', code => code.op('reveal', { rd: 0, rs1: 'a0', imm: 1 })],
  ['reveal-outside', code => code.op('reveal', { rd: 0, rs1: 'a0', imm: 64 })],
  [
    'print-invalid',
    code =>
      code
        .li('a0', DATA)
        .li('a1', 0xff)
        .op('sb', { rs1: 'a0', rs2: 'a1' })
        .li('a1', 1)
        .op('print_str', { rd: 'a0', rs1: 'a1' }),
  ],
]

describe.each(widths)('RV%i', xlen => {
  const mode = xlen === 32 ? 'pure' : 'metered-cost'

  test(`every kind of trap, again and again, then a good guest (${mode})`, async () => {
    const artifacts = []
    // The widths share the kinds.
    for (const [kind, write, abi] of sample(ways, xlen / 32)) {
      const guest = await host.rvr.load(program(xlen, write), { abi: abi ?? 'openvm' })
      artifacts.push({
        kind,
        native: await artifactOf(guest, mode, 'native'),
        interpreted: await artifactOf(guest, mode, 'interp'),
      })
    }
    for (let round = 0; round < ROUNDS; round++) {
      const runs = await Promise.all(artifacts.map(({ native }) => native.execute()))
      expect(runs.map(run => run.trap?.kind)).toEqual(artifacts.map(({ kind }) => kind))
      for (const [index, run] of runs.entries()) {
        if (round === 0) expectSame(run, await artifacts[index]!.interpreted.execute())
        run.dispose()
      }
    }
    const good = await (await host.rvr.load(fixture('fibonacci', xlen))).compile(mode)
    using run = await good.execute({ inputs: [u64(50)] })
    expect(new DataView(run.publicValues.buffer).getBigUint64(0, true)).toBe(12586269025n)
  })

  /** Loads or stores at the address that the input gives, then terminates. */
  const access =
    (name: string) =>
    (code: Assembler): unknown => {
      const offset = name === 'ld' || name === 'sb' ? 2047 : -2048
      code
        .li('s0', DATA)
        .op('hint_input')
        .op('hint_store', { rd: 's0' })
        .op('hint_store', { rd: 's0' })
        .op(xlen === 64 ? 'ld' : 'lw', { rd: 'a0', rs1: 's0' })
      return (
        name.startsWith('s')
          ? code.op(name, { rs1: 'a0', rs2: 's0', imm: offset })
          : code.op(name, { rd: 'a1', rs1: 'a0', imm: offset })
      ).op('terminate')
    }

  const accesses = ['lb', 'lw', 'sb', 'sw', ...(xlen === 64 ? ['ld', 'sd'] : [])]
  test.each(accesses)('%s at wild addresses ends alike in all engines', async name => {
    const guest = await host.rvr.load(program(xlen, access(name)))
    const native = await artifactOf(guest, 'pure', 'native')
    const others = [await artifactOf(guest, 'pure', 'interp'), await artifactOf(guest, 'pure', 'native-interp')]
    const random = randomSource(xlen)
    const around = (center: bigint): bigint[] =>
      [-2055n, -2048n, -8n, -1n, 0n, 2047n].map(delta => BigInt.asUintN(xlen, center + delta))
    const addresses = [
      ...around(0n),
      ...around(BigInt(END)),
      ...around(1n << 31n),
      ...around(1n << BigInt(xlen - 1)),
      ...(xlen === 64 ? around(1n << 32n) : []),
    ]
    for (let bit = 0; bit < xlen; bit += 7)
      addresses.push(BigInt.asUintN(xlen, (1n << BigInt(bit)) + BigInt(random(4096))))
    const ends = new Set<string>()
    // Comparing memory takes most of the time: two loads share them, and two stores.
    for (const address of sample(addresses, accesses.indexOf(name) + xlen / 32)) {
      const inputs = [xlen === 64 ? u64(address) : u64(address).slice(0, 4)]
      const run = await native.execute({ inputs })
      // Memory below 4 MiB is compared too: nothing may be written before a trap.
      for (const other of others) {
        using same = await other.execute({ inputs })
        expectSame(run, same)
      }
      ends.add(run.trap?.kind ?? run.outcome)
      run.dispose()
    }
    expect(ends).toEqual(new Set(['terminated', name.startsWith('s') ? 'store-outside' : 'load-outside']))
  })
})
