/** How far a worker thread is: one that ends while it loads native code takes the process with it. */
const STARTING = 0
const LOADING = 1
const LOADED = 2
const ENDING = 3

/** What a worker thread is started with. */
export interface WorkerStart {
  /** How far it is: one word. */
  readonly shared: SharedArrayBuffer
  /** Where V8's compiled code is kept (`compiled-code.ts`): the main thread has seen whose it is. */
  readonly compiledCode: string | undefined
}

/** The worker asks: may native code be loaded? False when the thread is about to be ended. */
export function beginLoading(life: Int32Array): boolean {
  return Atomics.compareExchange(life, 0, STARTING, LOADING) === STARTING
}

export function endLoading(life: Int32Array): void {
  Atomics.store(life, 0, LOADED)
  Atomics.notify(life, 0)
}

/** Resolves when the thread may be ended; it begins to load nothing any more. */
export async function mayEnd(life: Int32Array): Promise<void> {
  if (Atomics.compareExchange(life, 0, STARTING, ENDING) !== LOADING) return
  const { async, value } = Atomics.waitAsync(life, 0, LOADING)
  if (async) await value
}
