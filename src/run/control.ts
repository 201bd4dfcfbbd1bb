/** The words through which the main thread and a job's worker talk while the guest runs. */

/**
 * What the guest is asked to do: `ABORT`, `TIMEOUT` and `SUSPEND` stop it, after `MOVE` it goes on in the place that
 * waits at the job's port.
 */
export const STOP_WORD = 0
export const ABORT = 1
export const TIMEOUT = 2
export const MOVE = 3
export const SUSPEND = 4

/** What printed text weighs that the caller has not taken yet; see print-gate.ts. */
export const UNDELIVERED_WORD = 1

/** 1 asks how far the guest is. */
export const PEEK_WORD = 2

export const createControl = (): SharedArrayBuffer => new SharedArrayBuffer(3 * 4)

/** Tells a worker that waits in `printGate` that text of this weight has been taken. */
export function textTaken(control: SharedArrayBuffer, weight: number): void {
  const words = new Int32Array(control)
  Atomics.sub(words, UNDELIVERED_WORD, weight)
  Atomics.notify(words, UNDELIVERED_WORD)
}
