/** REVEAL and PrintStr: what a guest gives to the outside. */
import { hexText } from '../../hex.ts'
import { bytesAt, isInMemory, outsideTrap } from '../../program/access.ts'
import type { Hart } from '../../program/hart.ts'
import type { Instr } from '../../isa/row.ts'
import { PUBLIC_VALUES } from '../../layout/meter.ts'
import type { HostEffects } from '../host.ts'
import type { Handler } from '../extension.ts'
import { isUtf8Text } from '../utf8.ts'
import { proceed, trap, wordBytes } from './handler.ts'

const revealOffset = (instr: Instr, hart: Hart): bigint =>
  BigInt.asUintN(hart.xlen, hart.x[instr.rd]! + BigInt(instr.imm))

/** REVEAL touches the leaf of the public values that it writes. */
export const revealEffects = (instr: Instr, hart: Hart): HostEffects => ({
  rows: 1,
  touched: { space: PUBLIC_VALUES, address: Number(revealOffset(instr, hart)), length: wordBytes(hart) },
})

export const reveal: Handler = (instr, hart, host) => {
  const width = wordBytes(hart)
  const offset = revealOffset(instr, hart)
  if (offset % BigInt(width) !== 0n) {
    return trap({
      kind: 'reveal-misaligned',
      pc: instr.pc,
      address: offset,
      message: `REVEAL at offset ${offset} of the public values, wanted a multiple of ${width}`,
    })
  }
  if (offset + BigInt(width) > BigInt(host.publicValues.length)) {
    return trap({
      kind: 'reveal-outside',
      pc: instr.pc,
      address: offset,
      message: `REVEAL at offset ${offset}, but there are ${host.publicValues.length} bytes of public values`,
    })
  }
  const view = new DataView(host.publicValues.buffer, host.publicValues.byteOffset, host.publicValues.byteLength)
  const value = hart.x[instr.rs1]!
  if (width === 8) view.setBigUint64(Number(offset), value, true)
  else view.setUint32(Number(offset), Number(value), true)
  return proceed
}

export const printStr: Handler = (instr, hart, _host, print) => {
  const address = hart.x[instr.rd]!
  const length = hart.x[instr.rs1]!
  if (!isInMemory(hart.window, address, length))
    return trap(outsideTrap('load-outside', hart.window, { pc: instr.pc, address, bytes: length }))
  const bytes = bytesAt(hart, Number(address), Number(length))
  if (!isUtf8Text(bytes))
    return trap({
      kind: 'print-invalid',
      pc: instr.pc,
      address,
      message: `the ${length} bytes to print at ${hexText(address)} are not UTF-8`,
    })
  print('stdout', bytes)
  return proceed
}
