/** Rows of autoprecompiles for whoever executes their guest. */
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/registry.ts'
import { blockRowsOf, type BlockRows } from '../machine/block-rows.ts'
import type { Machine } from '../machine/machine.ts'
import { fetchAt } from '../program/slots.ts'

/** Undefined where the machine has no autoprecompiles. */
export function guestBlockRows(image: Image, abi: GuestAbi, machine: Machine): BlockRows | undefined {
  const decode = decoderFor(image.xlen, abi)
  return blockRowsOf(machine, pc => fetchAt(image, decode, pc)?.instr)
}
