/** The order in which a guest pulls items, recorded by a run. */
import { frameOf, type ItemName } from '../extensions/io/pull.ts'
import { limitsBehind, type RunLimits } from '../run/limits.ts'
import { storedItem } from '../streams/emit.ts'
import { checkPulls } from '../streams/fits.ts'
import type { PullOrder, RecordedPull } from '../streams/order.ts'
import type { ItemStore } from '../streams/store.ts'
import type { Artifact } from './artifact.ts'
import type { ExecuteOptions, Run } from './contract.ts'

/** A run that stands where it pulls an item. */
interface PullingRun extends Run {
  /** @internal The item that the guest pulls next; undefined where it does not stand at a pull. */
  readonly pulled: ItemName | undefined
  /** @internal The guest finds it when it goes on. */
  supply(frame: Uint8Array): void
}

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
  let run: PullingRun = await artifact.executeAwaiting(options)
  let ms = 0
  try {
    while (run.stopCause === 'pull') {
      const place = { pc: run.pc, instret: Number(run.instret) }
      const item = await storedItem(store, run.pulled!, place)
      const { kind, key, payload } = item
      pulls.push({ kind, key: Buffer.from(key).toString('hex'), bytes: payload.length, ...place })
      run.supply(frameOf(item))
      ms += run.timing.executeMs
      const done = { instructions: run.instret, cost: run.cost ?? 0n, ms }
      run = (await run.resume(limitsBehind(limitsOf(options), done))) as PullingRun
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
