/** The functions of a trace engine: all take addresses and arrays, and run beside JavaScript. */
import koffi from '../koffi.ts'
import type { LibraryFile } from './library-file.ts'
import { beside, type NativeFunctions } from './native-functions.ts'
import { loadNative } from './native-library.ts'

/** Memory that C reads or writes. Whoever calls keeps it until the call has ended. */
type Memory = ArrayBufferView | null

/** Threads, and what they look at and tell on the way. */
export interface Progress {
  readonly threads: number
  /** One word; not 0: stop. */
  readonly cancel: Uint32Array
  /** One word: instructions so far. */
  readonly done: BigUint64Array
}

export interface NativeTraceEngine {
  /** All that the library exports. */
  readonly functions: NativeFunctions
  /** Address of a guest's code for replay; 0 where there is no memory for it. */
  decode(ranges: BigUint64Array, words: Uint32Array): bigint
  forget(code: bigint): void
  /** Each returns why it ended early, 0 where it did not (`enum` of replay.h). */
  cut(work: CutWork, progress: Progress): Promise<number>
  fill(work: FillWork, progress: Progress): Promise<number>
  stitch(work: StitchWork): Promise<number>
  blocks(work: BlocksWork, progress: Progress): Promise<number>
  /** Gives back a list of touches. */
  free(list: bigint): void
  /** The compression function of SHA-256 over whole blocks: `state` becomes the one behind them. */
  compress(state: Uint32Array, bytes: Uint8Array): void
}

export interface CutWork {
  readonly code: bigint
  readonly pieces: Memory
  readonly count: number
  /** Instructions of a fragment. */
  readonly length: number
  readonly fragments: Memory
  readonly totals: Memory
  readonly failure: Memory
}

export interface FillWork {
  readonly code: bigint
  readonly fragments: Memory
  readonly count: number
  readonly matrices: Memory
  readonly cells: Memory
  readonly histogram: Memory
  readonly executed: Memory
  readonly touches: Memory
  readonly failure: Memory
}

export interface StitchWork {
  readonly touches: Memory
  readonly count: number
  readonly matrices: Memory
  readonly cells: Memory
  readonly histogram: Memory
  readonly out: Memory
  readonly found: BigUint64Array
  /** One word; not 0: stop. */
  readonly cancel: Uint32Array
}

export interface BlocksWork {
  readonly matrices: Memory
  /** Of each AIR. */
  readonly rows: BigUint64Array
  readonly cells: Memory
  readonly histogram: Memory
  readonly failure: Memory
}

/** A copy of `bytes` at an address. */
export const copyOfMemory = (address: bigint, bytes: number): Uint8Array<ArrayBuffer> =>
  bytes === 0 ? new Uint8Array() : new Uint8Array(koffi.view(address, bytes)).slice()

/** Loads a library whose identity has been checked. @throws RvrError `ARTIFACT_REFUSED`. */
export function loadTraceEngine(file: LibraryFile): NativeTraceEngine {
  const library = loadNative(file, 'trace engine')
  const known = engines.get(library)
  if (known !== undefined) return known
  const engine = engineOf(library)
  engines.set(library, engine)
  return engine
}

const engines = new WeakMap<NativeFunctions, NativeTraceEngine>()

const pointers = (count: number): string[] => Array<string>(count).fill('void *')

function engineOf(library: NativeFunctions): NativeTraceEngine {
  const decode = library.func('rvr_trace_decode', 'uintptr_t', ['void *', 'uint32_t', 'void *'])
  const forget = library.func('rvr_trace_forget', 'void', ['uintptr_t'])
  const free = library.func('rvr_trace_free', 'void', ['uintptr_t'])
  const compress = library.func('rvr_trace_compress', 'void', ['void *', 'void *', 'uint64_t'])
  const segment = ['uintptr_t', 'void *', 'uint64_t']
  const ends = ['uint32_t', ...pointers(3)]
  const cut = library.func('rvr_trace_cut', 'uint32_t', [...segment, 'uint64_t', ...pointers(2), ...ends])
  const fill = library.func('rvr_trace_fill', 'uint32_t', [...segment, ...pointers(5), ...ends])
  const blocks = library.func('rvr_trace_blocks', 'uint32_t', [...pointers(4), ...ends])
  const stitch = library.func('rvr_trace_stitch', 'uint32_t', ['void *', 'uint64_t', ...pointers(6)])
  return {
    functions: library,
    decode: (ranges, words) => BigInt(decode(ranges, ranges.length / 3, words) as number | bigint),
    forget: code => void forget(code),
    free: list => void free(list),
    compress: (state, bytes) => void compress(state, bytes, bytes.length / 64),
    cut: ({ code, pieces, count, length, fragments, totals, failure }, { threads, cancel, done }) =>
      beside(cut, [code, pieces, count, length, fragments, totals, threads, cancel, done, failure]),
    fill: (work, { threads, cancel, done }) => {
      const { code, fragments, count, matrices, cells, histogram, executed, touches, failure } = work
      const args = [code, fragments, count, matrices, cells, histogram, executed, touches]
      return beside(fill, [...args, threads, cancel, done, failure])
    },
    stitch: ({ touches, count, matrices, cells, histogram, out, found, cancel }) =>
      beside(stitch, [touches, count, matrices, cells, histogram, out, found, cancel]),
    blocks: ({ matrices, rows, cells, histogram, failure }, { threads, cancel, done }) =>
      beside(blocks, [matrices, rows, cells, histogram, threads, cancel, done, failure]),
  }
}
