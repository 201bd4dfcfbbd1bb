/** The prover's kernels in C, compiled into a library of their own. */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import koffi from 'koffi'
import { addressOfArray } from '../../src/load/native-library.ts'
import { resource } from '../../src/resources.ts'

const path = (name: string): string => resource(name).pathname

/** How a kernel does its work (work.h). */
export interface Work {
  readonly threads?: number
  /** Bits of what the CPU has and is not to be used. */
  readonly without?: number
  readonly cancelled?: boolean
}

/** Bits of enum stark_cpu. */
const [AVX2, SHA] = [1, 2]
export const ALL_OF_THE_CPU = AVX2 | SHA

/** As little of the CPU as may be, and more; what a machine does not have is left out by itself. */
export const ways: readonly Work[] = [
  ...[0, SHA, AVX2, ALL_OF_THE_CPU].map(without => ({ without })),
  { threads: 2 },
  { threads: 7 },
  { threads: 3, without: ALL_OF_THE_CPU },
]

export const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

export interface Group {
  readonly rows: Uint32Array
  readonly stride: number
  readonly logHeight: number
}

export interface LdeShape {
  readonly stride: number
  readonly width: number
  readonly logN: number
  readonly blowup: number
}

/** What a kernel answered, and how far its progress went. */
export interface Outcome {
  readonly status: number
  readonly progress: number
}

export const DONE = { status: 0 }
export const CANCELLED = { status: 1 }

type Call = (work: BigUint64Array, ...rest: unknown[]) => number

function outcomeOf(
  call: Call,
  { threads = 1, without = 0, cancelled = false }: Work,
  rest: readonly unknown[],
): Outcome {
  const [cancel, progress] = [Uint32Array.of(cancelled ? 1 : 0), new BigUint64Array(3)]
  const words = [BigInt(threads), addressOfArray(cancel), addressOfArray(progress), BigInt(without)]
  const status = call(BigUint64Array.from(words), ...rest)
  return { status, progress: Number(progress[1]) }
}

export interface Kernels {
  lde(rows: Uint32Array, shape: LdeShape, work?: Work): Outcome
  /** Of values on a coset, in columns that begin `at` words behind the rows' own. */
  ldeShifted(
    rows: Uint32Array,
    shape: LdeShape,
    from: { readonly shift: number; readonly at: number },
    work?: Work,
  ): Outcome
  tree(digests: Uint8Array, groups: readonly Group[], work?: Work): Outcome
  leafTree(digests: Uint8Array, leaves: Uint32Array, leafWords: number, work?: Work): Outcome
  [Symbol.dispose](): void
}

export function kernels(compiler = 'cc', ...options: readonly string[]): Kernels {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-stark-'))
  const library = join(directory, 'kernels.so')
  const folder = path('ffi/stark/prover')
  const sources = ['lde*.c', 'tree*.c', 'sha*.c', 'cpu*.c', 'work.c'].flatMap(name => globSync(join(folder, name)))
  const warnings = ['-Wall', '-Wextra', '-Werror', '-std=gnu11']
  const includes = [`-I${path('templates/threads')}`]
  const usual = ['-O1', ...warnings, ...includes, '-shared', '-fPIC', '-pthread', ...options]
  execFileSync(compiler, [...usual, '-o', library, ...sources, path('ffi/sha2/sha256.c')])
  const loaded = koffi.load(library)
  const lde = loaded.func('int stark_lde(void *, void *, uint64_t, uint32_t, uint32_t, uint32_t)')
  const shifted = loaded.func('int stark_lde_shifted(void *, void *, uint64_t, uint32_t, uint32_t, uint32_t, uint32_t)')
  const tree = loaded.func('int stark_tree(void *, void *, void *, uint32_t)')
  const leafTree = loaded.func('int stark_leaf_tree(void *, void *, void *, uint32_t, uint32_t)')
  return {
    lde: (rows, { stride, width, logN, blowup }, work = {}) =>
      outcomeOf(lde, work, [rows, stride, width, logN, blowup]),
    ldeShifted: (rows, { stride, width, logN, blowup }, { shift, at }, work = {}) =>
      outcomeOf(shifted, work, [rows.subarray(at), stride, width, logN, blowup, shift]),
    tree: (digests, groups, work = {}) => {
      const list = groups.flatMap(({ rows, stride, logHeight }) => [
        addressOfArray(rows),
        BigInt(stride),
        BigInt(logHeight),
      ])
      return outcomeOf(tree, work, [digests, BigUint64Array.from(list), groups.length])
    },
    leafTree: (digests, leaves, leafWords, work = {}) =>
      outcomeOf(leafTree, work, [digests, leaves, leafWords, Math.log2(leaves.length / leafWords)]),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  }
}
