/** The Firefox profiler's demangler (Rust, C++) under a time limit: names come from files that nobody vouches for. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createContext, runInContext, Script } from 'node:vm'

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly __wbindgen_malloc: (bytes: number, alignment: number) => number
  readonly __wbindgen_free: (address: number, bytes: number, alignment: number) => void
  readonly demangle_any: (address: number, bytes: number) => readonly [address: number, bytes: number]
}

/** What is used of the global that Node.js has and the types of ES do not. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Exports }
}

/** Wall-clock time for a list of names that takes a millisecond when nobody built it to last. */
const TIMEOUT_MS = 250

let compiled: object | undefined
let instance: Exports | undefined

function library(): Exports {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly
  compiled ??= new Module(readFileSync(createRequire(import.meta.url).resolve('gecko-profiler-demangle/index_bg.wasm')))
  // It asks for a table of JavaScript objects that no function about text uses.
  return (instance ??= new Instance(compiled, { './index_bg.js': { __wbindgen_init_externref_table() {} } }).exports)
}

function demangled(name: string): string {
  const { memory, __wbindgen_malloc: allocate, __wbindgen_free: release, demangle_any: demangle } = library()
  const bytes = Buffer.from(name)
  const given = allocate(bytes.length, 1) >>> 0
  new Uint8Array(memory.buffer).set(bytes, given)
  const [address, length] = demangle(given, bytes.length)
  const text = Buffer.from(memory.buffer, address >>> 0, length).toString()
  release(address, length, 1)
  return text
}

export interface Demangled {
  readonly results: readonly string[]
  readonly isWhole: boolean
}

/**
 * Demangles `names` in order until all are done or one takes too long or breaks the library; `isWhole` says which.
 * The results are those of the names before it. What the library cannot read it answers as it is, or without its
 * underscore.
 */
export function demangleInTime(names: readonly string[]): Demangled {
  const results: string[] = []
  const work = (): void => {
    for (const name of names) results.push(demangled(name))
  }
  try {
    library()
    const context = createContext({ work: undefined })
    ;(runInContext('globalThis', context) as { work: () => void }).work = work
    new Script('work()').runInContext(context, { timeout: TIMEOUT_MS })
    return { results, isWhole: true }
  } catch {
    // Its memory may be as large as it may become, and in any state.
    instance = undefined
    return { results, isWhole: false }
  }
}
