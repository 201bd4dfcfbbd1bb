/** The C functions of a machine's own tables (codegen/system), bound, and what their answers mean. */
import { beside, cancellable, type NativeFunction, type NativeFunctions } from '../../load/native-functions.ts'
import { abortError, RvrError, throwIfAborted } from '../../errors.ts'

const STANDING = ['void *', 'uint64_t', 'void *', 'void *', 'uint64_t']
const CREW = ['uint32_t', 'void *']

/** Result and parameters by name. Addresses are `uintptr_t`, memory of JavaScript is `void *`. */
const prototypes = {
  rvr_tree_create: ['int', [...STANDING, 'void *', 'uint64_t', 'uint64_t', ...CREW, 'void *']],
  rvr_tree_free: ['void', ['uintptr_t']],
  rvr_tree_bytes: ['uint64_t', ['uintptr_t']],
  rvr_tree_hash: ['void', ['uintptr_t', 'uint32_t', 'uint64_t', 'void *']],
  rvr_plan_create: ['int', ['uintptr_t', 'void *', 'uint64_t', ...STANDING, ...CREW, 'void *', 'void *']],
  rvr_plan_free: ['void', ['uintptr_t']],
  rvr_plan_fill: ['int', ['uintptr_t', 'void *', 'void *', 'void *', 'void *', ...CREW]],
  rvr_lookup_table: ['int', ['uint32_t', 'void *', 'uint64_t', 'void *', 'uint64_t', ...CREW]],
  rvr_program_table: ['int', ['void *', 'uint64_t', 'void *', 'uint64_t', 'void *', ...CREW]],
  rvr_hash_rows: ['void', ['void *', 'void *', 'uint64_t', 'void *']],
} as const satisfies Readonly<Record<string, readonly [result: string, parameters: readonly string[]]>>

export type SystemLibrary = Readonly<Record<keyof typeof prototypes, NativeFunction>>

export function bindSystem(library: NativeFunctions): SystemLibrary {
  const bound = Object.entries(prototypes).map(([name, [result, parameters]]) => [
    name,
    library.func(name, result, [...parameters]),
  ])
  return Object.fromEntries(bound) as SystemLibrary
}

/** How native work is done, and until when. */
export interface NativeWork {
  /** Threads that work at once, 1 to 64. */
  readonly threads: number
  readonly signal?: AbortSignal | undefined
}

/** Answers of the C functions (templates/system/parallel.h), in the order of their numbers. */
const answers = ['done', 'cancelled', 'no memory', 'refused', 'too high', 'diverged'] as const
export type NativeAnswer = (typeof answers)[number]

/** What is wrong where a function does not answer `done`; answers that it does not give may be left out. */
export type Failures = Partial<Readonly<Record<NativeAnswer, () => RvrError>>>

/**
 * Calls a function whose last parameters but `rest` are threads and the word that cancels it, on another thread.
 *
 * @throws RvrError `ABORTED`, and what `failures` says
 */
export async function perform(
  what: string,
  { function: called, args, rest = [] }: NativeCall,
  { threads, signal }: NativeWork,
  failures: Failures = {},
): Promise<void> {
  throwIfAborted(what, signal)
  const number = await cancellable(signal, cancel => beside(called, [...args, threads, cancel, ...rest]))
  const answer = answers[number]
  if (answer === 'done') return
  if (answer === 'cancelled') throw abortError(what, signal)
  throw failures[answer!]?.() ?? new RvrError('INTERNAL', `${what}: native code answers ${answer}`)
}

export interface NativeCall {
  readonly function: NativeFunction
  readonly args: readonly unknown[]
  readonly rest?: readonly unknown[]
}
