/** Input records as a guest takes them: each at the same cost, however many there are. */
import type { HostState } from './host.ts'

/** Records in front of the next one are dropped when there are so many of them, and no fewer than behind. */
const MOST_TAKEN = 1024

/** The next record; undefined when all are consumed. */
export function takeInput(host: HostState): Uint8Array | undefined {
  const next = host.nextInput ?? 0
  const record = host.inputs[next]
  if (record === undefined) return undefined
  host.nextInput = next + 1
  if (host.nextInput >= MOST_TAKEN && host.nextInput * 2 >= host.inputs.length) dropTaken(host)
  return record
}

/** Drops the records that have been consumed. */
export function dropTaken(host: HostState): void {
  const { nextInput = 0 } = host
  if (nextInput > 0) host.inputs = host.inputs.slice(nextInput)
  host.nextInput = 0
}
