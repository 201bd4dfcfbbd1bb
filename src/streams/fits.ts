/** Does a stream fit the guest that pulls from it? */
import { RvrError } from '../errors.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import type { Image } from '../elf/image.ts'
import { itemIn } from '../extensions/io/pull.ts'
import { streamInvalid } from './invalid.ts'
import { framesOf, type PulledItems } from './stream.ts'

/** The stream's items in frames. @throws RvrError `STREAM_INVALID`, `USAGE` (an ABI without pulls) */
export function checkedFrames(
  stream: PulledItems,
  { image, abi }: { readonly image: Image; readonly abi: Pick<GuestAbi, 'name'> },
): Uint8Array[] {
  checkPulls(abi.name)
  if (stream.guest !== image.digest)
    throw streamInvalid('guest', 'the stream is of another guest', 'Record and emit with the very file that is run.', {
      found: stream.guest,
      wanted: image.digest,
    })
  return framesOf(stream)
}

/** The stream that these frames are of. */
export const streamOf = (frames: readonly Uint8Array[], guest: string): PulledItems => ({
  guest,
  items: frames.flatMap(frame => itemIn(frame) ?? []).map(({ kind, key, payload }) => ({ kind, key, payload })),
})

/** @throws RvrError `USAGE` where guests of the ABI pull nothing */
export function checkPulls(abi: string): void {
  if (abi !== 'openvm')
    throw new RvrError('USAGE', `guests of ABI ${abi} pull no items`, {
      hint: 'docs/streaming.md says how guests pull.',
    })
}
