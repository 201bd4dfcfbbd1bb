/** Ctrl-C and its relatives: the first signal aborts what is running, a later one ends the process. */
import { RvrError } from '../errors.ts'

/**
 * A second signal within this time is part of the first (a terminal signals the whole process group, and so may the
 * caller).
 */
const GRACE_MS = 1000
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const
type Caught = keyof typeof SIGNALS

export interface Interrupts extends Disposable {
  /** Fires at the first signal. */
  readonly signal: AbortSignal
  /** Exit status that the caught signal asks for; undefined before one came. */
  readonly exitStatus: number | undefined
}

/** Listens until disposed. */
export function watchInterrupts(): Interrupts {
  const controller = new AbortController()
  let exitStatus: number | undefined
  let since = 0
  const onSignal = (name: Caught): void => {
    if (exitStatus === undefined) {
      exitStatus = SIGNALS[name]
      since = performance.now()
      controller.abort(new RvrError('ABORTED', `stopped by ${name}`))
    } else if (performance.now() - since > GRACE_MS) process.exit(exitStatus)
  }
  for (const name of Object.keys(SIGNALS)) process.on(name, onSignal)
  return {
    signal: controller.signal,
    get exitStatus() {
      return exitStatus
    },
    [Symbol.dispose]() {
      for (const name of Object.keys(SIGNALS)) process.off(name, onSignal)
    },
  }
}
