/** Which memory accesses are legal (docs/guest-abi.md, "Memory and registers"), and the trap of one that is not. */
import { hexText } from '../hex.ts'
import { MEMORY_BYTES } from '../elf/image.ts'
import type { Trap } from './trap.ts'

/** Is `address + bytes <= 2^29`? Both in bytes, `address` XLEN bits unsigned. */
export function isInMemory(address: bigint, bytes: bigint | number): boolean {
  return address + BigInt(bytes) <= BigInt(MEMORY_BYTES)
}

/** The trap of an access of `bytes` bytes at `address` by the instruction at `pc`. */
export function outsideTrap(
  kind: 'load-outside' | 'store-outside',
  pc: number,
  address: bigint,
  bytes: bigint | number,
): Trap {
  const verb = kind === 'load-outside' ? 'read' : 'write'
  const count = BigInt(bytes) === 1n ? '1 byte' : `${bytes} bytes`
  const message = `${verb} of ${count} at ${hexText(address)}, but guest memory ends at ${hexText(MEMORY_BYTES)}`
  return { kind, pc, address, message }
}

/** The trap of an atomic access that is not aligned. */
export const misalignedTrap = (name: string, pc: number, address: bigint, bytes: number): Trap => ({
  kind: 'access-misaligned',
  pc,
  address,
  message: `${name} at ${hexText(address)}, which is no multiple of ${bytes}`,
})
