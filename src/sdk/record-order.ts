/** The order in which a guest pulls items, recorded by a run. */
import { frameOf, keyText } from '../extensions/io/pull.ts'
import { limitsBehind, type RunLimits } from '../run/limits.ts'
import { storedItem } from '../streams/emit.ts'
import { checkPulls } from '../streams/fits.ts'
import type { PullOrder, RecordedPull } from '../streams/order.ts'
import type { ItemStore } from '../streams/store.ts'
import type { Artifact } from './artifact.ts'
import type { ExecuteOptions, Run } from './contract.ts'
import type { GuestRun } from './run.ts'

/**
 * Runs the guest with a store and tells in which order it pulls items. The run is returned as `execute` returns it:
 * limits count from the start.
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
  let run = await artifact.executeAwaiting(options)
  let ms = 0
  try {
    while (run.stopCause === 'pull') {
      const place = { pc: run.pc, instret: Number(run.instret) }
      const item = await storedItem(store, run.pulled!, place)
      const { kind, key, payload } = item
      pulls.push({ kind, key: keyText(key), bytes: payload.length, ...place })
      run.supply(frameOf(item))
      ms += run.timing.executeMs
      const done = { instructions: run.instret, cost: run.cost ?? 0n, ms }
      run = (await run.resume(limitsBehind(limitsOf(options), done))) as GuestRun
    }
  } catch (error) {
    run.dispose()
    throw error
  }
  return { order: { guest: artifact.guestDigest, pulls }, run }
}

function limitsOf({ maxInstructions, maxCost, timeoutMs, signal, suspend }: ExecuteOptions): RunLimits {
  return { maxInstructions, maxCost, timeoutMs, signal, suspend }
}
