/** Guests that run when the process ends are made to stop: native code would keep the process until they end. */

const running = new Set<() => void>()

function stopAll(): void {
  for (const stop of running) stop()
}

/** Calls `stop` if the process ends before this is disposed of. */
export function stopAtExit(stop: () => void): Disposable {
  if (running.size === 0) process.on('exit', stopAll)
  running.add(stop)
  return {
    [Symbol.dispose]() {
      running.delete(stop)
      if (running.size === 0) process.off('exit', stopAll)
    },
  }
}
