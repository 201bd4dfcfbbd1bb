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

/** struct stark_work. */
const workOf = ({ threads = 1, without = 0 }: Work, cancel: Uint32Array, progress: BigUint64Array): BigUint64Array =>
  BigUint64Array.of(BigInt(threads), addressOfArray(cancel), addressOfArray(progress), BigInt(without))

function outcomeOf(call: Call, work: Work, rest: readonly unknown[]): Outcome {
  const [cancel, progress] = [Uint32Array.of(work.cancelled === true ? 1 : 0), new BigUint64Array(3)]
  const status = call(workOf(work, cancel, progress), ...rest)
  return { status, progress: Number(progress[1]) }
}

/** A struct stark_group for each. */
const wordsOf = (groups: readonly Group[]): BigUint64Array =>
  BigUint64Array.from(
    groups.flatMap(({ rows, stride, logHeight }) => [addressOfArray(rows), BigInt(stride), BigInt(logHeight)]),
  )

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
  /** Digests beside the way from a leaf of such a tree to its root. */
  path(to: Uint8Array, digests: Uint8Array, groups: readonly Group[], leaf: number, work?: Work): void
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
  const pathOf = loaded.func('int stark_path(void *, void *, void *, void *, uint32_t, uint64_t)')
  return {
    lde: (rows, { stride, width, logN, blowup }, work = {}) =>
      outcomeOf(lde, work, [rows, stride, width, logN, blowup]),
    ldeShifted: (rows, { stride, width, logN, blowup }, { shift, at }, work = {}) =>
      outcomeOf(shifted, work, [rows.subarray(at), stride, width, logN, blowup, shift]),
    tree: (digests, groups, work = {}) => outcomeOf(tree, work, [digests, wordsOf(groups), groups.length]),
    path: (to, digests, groups, leaf, work = {}) =>
      void outcomeOf(pathOf, work, [to, digests, wordsOf(groups), groups.length, leaf]),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  }
}
