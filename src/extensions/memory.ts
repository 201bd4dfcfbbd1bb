/** Which memory a guest has: what was asked for, else what its ABI has. */
import { ADDRESSES, MEMORY_BYTES, windowEnd, type MemoryMap } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import type { AbiName } from './abi.ts'
import { abiNamed } from './registry.ts'

const MIB = 2 ** 20

/** @throws RvrError `USAGE` */
export function memoryFor(abi: AbiName, asked: { readonly base?: number; readonly bytes?: number } = {}): MemoryMap {
  const own = abiNamed(abi).memory
  const base = asked.base ?? own.base
  // As much as there is where another base leaves less.
  const bytes = asked.bytes ?? Math.min(own.bytes, ADDRESSES - base)
  const memory: MemoryMap = { ...own, base, bytes }
  const refuse = (why: string, hint: string): never => {
    throw new RvrError('USAGE', `memory of ${bytes} bytes at ${hexText(base)}: ${why}`, {
      hint,
      details: { base, bytes },
    })
  }
  // Chunks of loops reach 2^28 bytes far without a test.
  const least = own.watched === undefined ? MEMORY_BYTES : 2 * MEMORY_BYTES
  if (base % MIB !== 0 || bytes % MIB !== 0) refuse('no whole MiB', 'Give base and size as multiples of 0x100000.')
  if (bytes < least) refuse(`ABI ${abi} has ${least} bytes at least`, 'Memory that is not touched takes no room.')
  if (windowEnd(memory) > ADDRESSES)
    refuse('it ends behind address 0xffffffff', 'Give a lower base, or a smaller size.')
  if (abi === 'linux' && base !== 0) refuse('that of ABI linux begins at 0', 'Give a size alone.')
  return memory
}
