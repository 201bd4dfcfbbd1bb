/** Has a guest pulled all items of its stream? Every run that ends is asked, so little is loaded for it. */
import type { HostState } from '../extensions/abi.ts'
import { leftItems } from '../extensions/io/pull.ts'
import { streamInvalid, type PullPlace } from './invalid.ts'

/** Of a guest that has ended well. @throws RvrError `STREAM_INVALID` (`details.what` extra) */
export function checkAllPulled({ stream }: Pick<HostState, 'stream'>, place: PullPlace): void {
  const [item, ...others] = stream === undefined ? [] : leftItems(stream)
  if (item === undefined) return
  const message = `the guest ended, and ${others.length + 1} items of its stream were not pulled; the first of them`
  throw streamInvalid('extra', message, 'Record the order again, with the inputs of this run.', { item, ...place })
}
