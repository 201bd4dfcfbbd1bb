/** ABI `htif`: what a store to `tohost` asks for, in every engine, and which files are refused. */
import { expect, test } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { artifactOf, errorOf, factsOf, useRvr, widths } from '../run/support.ts'

const host = useRvr('shared', 'quick')
const TEXT = 0x8000_0000
const TOHOST = TEXT + 0x1000
const FROMHOST = TOHOST + 64
const DATA = TEXT + 0x2000

function bare(
  xlen: Xlen,
  write: (code: Assembler) => unknown,
  symbols = { tohost: TOHOST, fromhost: FROMHOST },
): Uint8Array {
  const code = assembler(xlen, TEXT)
  write(code.li('s0', TOHOST).li('s1', DATA))
  const call = new BigUint64Array([64n, 1n, BigInt(DATA + 32), 3n])
  const segments = [
    { address: TEXT, bytes: code.finish(), flags: 5 },
    { address: TOHOST, bytes: new Uint8Array(128), flags: 6 },
    { address: DATA, bytes: Buffer.concat([new Uint8Array(call.buffer), Buffer.from('yes')]), flags: 6 },
  ]
  const named = Object.entries(symbols).map(([name, address]) => ({ name, address, type: 1 }))
  return buildElf({ xlen, entry: TEXT, segments, symbols: named })
}

test.each(widths)('RV%i: console, a system call, its answer, and the exit code', async xlen => {
  const elf = bare(xlen, code => {
    // Work at full speed in between, and the high word first.
    code
      .li('t0', 1000)
      .label('loop')
      .op('sw', { rs1: 's1', rs2: 't0', imm: 64 })
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
    code.op('bne', { rs1: 't0', target: 'loop' }).li('t1', 0x0101_0000).op('sw', { rs1: 's0', rs2: 't1', imm: 4 })
    code.li('t2', 0x21).op('sw', { rs1: 's0', rs2: 't2' }).op('sw', { rs1: 's0', rs2: 's1' })
    code.label('wait').op('lw', { rd: 'a0', rs1: 's0', imm: 64 }).op('beq', { rs1: 'a0', target: 'wait' })
    code
      .op('lw', { rd: 'a1', rs1: 's1' })
      .li('t2', (5 << 1) | 1)
      .label('end')
      .op('sw', { rs1: 's0', rs2: 't2' })
    code.op('jal', { target: 'end' })
  })
  const guest = await host.rvr.load(elf, { abi: 'htif' })
  const facts = []
  for (const engine of ['interp', 'native'] as const) {
    let text = ''
    const onPrint = (_stream: string, bytes: Uint8Array): void => void (text += Buffer.from(bytes).toString())
    using run = await (await artifactOf(guest, 'pure', engine)).execute({ onPrint })
    expect(run).toMatchObject({ outcome: 'terminated', exitCode: 5 })
    expect(text).toBe('!yes')
    expect([run.registers[10], run.registers[11]]).toEqual([1n, 3n])
    facts.push(factsOf(run))
  }
  expect(facts[1]).toEqual(facts[0])
})

test('what it does not know is a trap', async () => {
  const device = bare(64, code => code.li('t1', 2n << 56n).op('sd', { rs1: 's0', rs2: 't1' }))
  using run = await (await host.rvr.load(device, { abi: 'htif' })).interpret('pure').execute()
  expect(run.trap).toMatchObject({ kind: 'operand-invalid' })
  const ecall = bare(64, code => code.word(0x73))
  using other = await (await host.rvr.load(ecall, { abi: 'htif' })).interpret('pure').execute()
  expect(other.trap).toMatchObject({ kind: 'illegal-instruction' })
})

test('a file without the word, or with one elsewhere, is refused', async () => {
  const nothing = bare(32, code => code.word(0x73), {} as never)
  expect(await errorOf(host.rvr.load(nothing, { abi: 'htif' }))).toMatchObject({ code: 'ELF_INVALID' })
  const outside = bare(32, code => code.word(0x73), { tohost: 0x1000, fromhost: FROMHOST })
  expect(await errorOf(host.rvr.load(outside, { abi: 'htif' }))).toMatchObject({ code: 'ELF_INVALID' })
})
