/** Which memory accesses are legal (docs/guest-abi.md, "Memory and registers"), and the trap of one that is not. */
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
  return {
    kind,
    pc,
    address,
    message: `${verb} of ${bytes} ${BigInt(bytes) === 1n ? 'byte' : 'bytes'} at 0x${address.toString(16)}, but guest memory ends at 0x${MEMORY_BYTES.toString(16)}`,
  }
}
