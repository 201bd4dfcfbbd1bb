/** The order in which a guest pulls items, recorded by a run. */
import { frameOf, keyText, type Item } from '../extensions/io/pull.ts'
import { storedItem } from '../streams/emit.ts'
import { checkPulls } from '../streams/fits.ts'
import type { PullOrder, RecordedPull } from '../streams/order.ts'
import type { ItemStore } from '../streams/store.ts'
import type { Artifact } from './artifact.ts'
import type { ExecuteOptions, Run } from './contract.ts'
import type { GuestRun } from './run.ts'
import { beginning, leftOf } from './segments.ts'

/**
 * Runs the guest with a store and tells in which order it pulls items. The run is returned as `execute` returns it:
 * limits count from the start, and `onSegment` hears of all cuts.
 *
 * @throws RvrError `STREAM_INVALID` (`details.what`: missing, oversized), what the store throws, and what `execute`
 *   throws
 */
export async function recordOrder(
  artifact: Artifact,
  store: ItemStore,
  options: Omit<ExecuteOptions, 'stream'> = {},
): Promise<{ readonly order: PullOrder; readonly run: Run }> {
  checkPulls(artifact.abi)
  const pulls: RecordedPull[] = []
  const items: Item[] = []
  const { onSegment, stopAtSegment } = options
  let from = beginning()
  let run = await artifact.executeAwaiting(options, items)
  try {
    while (run.stopCause === 'pull') {
      const place = { pc: run.pc, instret: Number(run.instret) }
      const asked = performance.now()
      const item = await storedItem(store, run.pulled!, place)
      // The store may take as long as it wants.
      from = { ...from, begun: from.begun + performance.now() - asked }
      const { kind, key, payload } = item
      pulls.push({ kind, key: keyText(key), bytes: payload.length, ...place })
      items.push(item)
      run.supply(frameOf(item))
      run = (await run.resume({ ...leftOf(options, run, from), onSegment, stopAtSegment })) as GuestRun
    }
  } catch (error) {
    run.dispose()
    throw error
  }
  return { order: { guest: artifact.guestDigest, pulls }, run }
}
