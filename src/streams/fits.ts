/** Does a stream fit the guest that pulls from it, and has it pulled everything? */
import { RvrError } from '../errors.ts'
import type { GuestAbi, HostState } from '../extensions/abi.ts'
import type { Image } from '../elf/image.ts'
import { itemIn, leftItems } from '../extensions/io/pull.ts'
import type { PullPlace } from './emit.ts'
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

/** Of a guest that has ended well. @throws RvrError `STREAM_INVALID` (`details.what` extra) */
export function checkAllPulled({ stream }: Pick<HostState, 'stream'>, place: PullPlace): void {
  const [item, ...others] = stream === undefined ? [] : leftItems(stream)
  if (item === undefined) return
  const message = `the guest ended, and ${others.length + 1} items of its stream were not pulled; the first of them`
  throw streamInvalid('extra', message, 'Record the order again, with the inputs of this run.', { item, ...place })
}
