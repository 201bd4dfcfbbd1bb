/** C functions of a loaded library, as koffi has them. */

/** A C function. `async` runs it on another thread and calls back with an error or its result. */
export interface NativeFunction {
  (...args: readonly unknown[]): unknown
  async(...args: readonly unknown[]): void
}

/** A loaded library, as koffi has it. */
export interface NativeFunctions {
  func(name: string, result: string, parameters: string[]): NativeFunction
}

/** What native code reads and writes right now: it must not be collected. */
const inUse = new Set<readonly unknown[]>()

/**
 * Calls a function on another thread. What it is given is kept until it has answered.
 *
 * @param others to be kept too, because of addresses of theirs among what is given
 */
export async function beside(
  called: NativeFunction,
  args: readonly unknown[],
  others: readonly unknown[] = [],
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const answered = (error: unknown, result: number): void => (error ? reject(error as Error) : resolve(result))
  const held = [args, others]
  inUse.add(held)
  try {
    // oxlint-disable-next-line rvr/no-spread-arguments -- a dozen
    called.async(...args, answered)
    return await promise
  } finally {
    inUse.delete(held)
  }
}

/** Native code that `body` gives the word to stops when it is not 0: as soon as the signal has fired. */
export async function cancellable<Result>(
  signal: AbortSignal | undefined,
  body: (cancel: Uint32Array) => Promise<Result>,
): Promise<Result> {
  const cancel = new Uint32Array(1)
  const onAbort = (): void => void Atomics.store(cancel, 0, 1)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await body(cancel)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}
