/** How much memory proving may take, and how segments are cut for it. */
import { totalmem } from 'node:os'
import { RvrError } from '../../errors.ts'

/** Half of the machine's memory. */
export const defaultMemoryBytes = (): number => Math.floor(totalmem() / 2)

/** What a segment takes is more than is allowed. */
export const tooMuch = (segment: number, bytes: number, limit: number): RvrError =>
  new RvrError('USAGE', `proving segment ${segment} takes ${bytes} bytes of memory, and ${limit} are allowed`, {
    hint: 'Cut smaller segments with a lower maxTraceHeight, or raise maxMemoryBytes.',
    details: { segment, bytes, limit },
  })
