/** The memory that machines know: 2^29 bytes at 0. */
import { DEFAULT_MEMORY, type Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'

/**
 * @param what has tables of memory
 * @throws RvrError `USAGE`: the guest has other memory
 */
export function checkMachineMemory({ memory }: Pick<Image, 'memory'>, what: string): void {
  const { base, bytes } = memory
  if (base === DEFAULT_MEMORY.base && bytes === DEFAULT_MEMORY.bytes) return
  throw new RvrError(
    'USAGE',
    `${what} has tables of the memory that machines know, 2^29 bytes at 0; the guest has ${bytes} at ${hexText(base)}`,
    {
      hint: 'Count in mode metered-cost, profile or calls, or load the guest without other memory.',
      details: { base, bytes },
    },
  )
}
