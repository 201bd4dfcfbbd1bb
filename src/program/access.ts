/** Which memory accesses are legal (docs/guest-abi.md, "Memory and registers"), and the trap of one that is not. */
import { hexText } from '../hex.ts'
import { windowEnd, type MemoryWindow } from '../elf/image.ts'
import type { Hart } from './hart.ts'
import type { Trap } from './trap.ts'

/** Do `bytes` bytes at `address` lie in the window? `address` has XLEN bits, unsigned. */
export function isInMemory(memory: MemoryWindow, address: bigint, bytes: bigint | number): boolean {
  return address >= BigInt(memory.base) && address + BigInt(bytes) <= BigInt(windowEnd(memory))
}

/** The view of `length` bytes of guest memory at `address`, which lie inside. */
export function bytesAt(
  { memory, window }: Pick<Hart, 'memory' | 'window'>,
  address: number,
  length: number,
): Uint8Array {
  const from = address - window.base
  return memory.subarray(from, from + length)
}

/** Where a window lies, for people. */
export const windowText = (memory: MemoryWindow): string =>
  `${hexText(memory.base)} … ${hexText(windowEnd(memory) - 1)}`

/** The trap of an access of `bytes` bytes at `address` by the instruction at `pc`. */
export function outsideTrap(
  kind: 'load-outside' | 'store-outside',
  memory: MemoryWindow,
  { pc, address, bytes }: { readonly pc: number; readonly address: bigint; readonly bytes: bigint | number },
): Trap {
  const verb = kind === 'load-outside' ? 'read' : 'write'
  const count = BigInt(bytes) === 1n ? '1 byte' : `${bytes} bytes`
  const where = memory.base === 0 ? `ends at ${hexText(memory.bytes)}` : `is ${windowText(memory)}`
  const message = `${verb} of ${count} at ${hexText(address)}, but guest memory ${where}`
  return { kind, pc, address, message }
}

/** The trap of an atomic access that is not aligned. */
export const misalignedTrap = (name: string, pc: number, address: bigint, bytes: number): Trap => ({
  kind: 'access-misaligned',
  pc,
  address,
  message: `${name} at ${hexText(address)}, which is no multiple of ${bytes}`,
})
