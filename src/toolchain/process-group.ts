/** Groups of processes that are ended as a whole: nothing that a program started goes on without it. */

/** Ends the group that `pid` leads, at once. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // the group has ended by itself
  }
}

/**
 * The group of `pid` ends when `signal` fires or this process exits, until this is disposed of. A group of its own is
 * not reached by what ends this process.
 */
export function endingWith(pid: number | undefined, signal: AbortSignal | undefined): Disposable {
  const end = (): void => killGroup(pid)
  // It may have fired while the group was being started.
  if (signal?.aborted === true) end()
  signal?.addEventListener('abort', end, { once: true })
  process.once('exit', end)
  return {
    [Symbol.dispose]() {
      process.off('exit', end)
      signal?.removeEventListener('abort', end)
    },
  }
}
