/** The functions of the prover's library (ffi/stark/prover/library.c). They take addresses and arrays. */
import type { LibraryFile } from './library-file.ts'
import type { NativeFunction, NativeFunctions } from './native-functions.ts'
import { loadNative } from './native-library.ts'

const WORK = ['uint32_t', 'uint32_t', 'void *', 'void *']

/** Result and parameters by name. Addresses are `uintptr_t`, memory of JavaScript is `void *`. */
const prototypes = {
  rvr_prover_fixed_needs: ['uint64_t', ['void *', 'uint32_t', 'uint32_t']],
  rvr_prover_fixed: ['int', ['void *', 'uint32_t', 'uint32_t', 'uint64_t', ...WORK, 'void *', 'void *']],
  rvr_prover_fixed_free: ['void', ['uintptr_t']],
  rvr_prover_key: ['int', ['void *', 'uint64_t', 'void *', 'void *']],
  rvr_prover_airs: ['uint32_t', ['uintptr_t', 'void *']],
  rvr_prover_key_free: ['void', ['uintptr_t']],
  rvr_prover_needs: ['int', ['uintptr_t', 'void *', 'uint32_t', 'void *', 'void *']],
  rvr_prover_prove: [
    'int',
    ['uintptr_t', 'void *', 'void *', 'void *', 'uint64_t', ...WORK, 'void *', 'uint64_t', 'void *'],
  ],
  rvr_prover_memory_hash: ['void', ['void *', 'void *', 'void *']],
  rvr_prover_memory_root: [
    'int',
    ['uint32_t', 'void *', 'uint64_t', 'void *', 'uint64_t', 'void *', 'uint64_t', 'void *'],
  ],
} as const satisfies Readonly<Record<string, readonly [result: string, parameters: readonly string[]]>>

export type ProverLibrary = Readonly<Record<keyof typeof prototypes, NativeFunction>>

export function bindProver(library: NativeFunctions): ProverLibrary {
  const bound = Object.entries(prototypes).map(([name, [result, parameters]]) => [
    name,
    library.func(name, result, [...parameters]),
  ])
  return Object.fromEntries(bound) as ProverLibrary
}

/** Loads a library whose identity has been checked. @throws RvrError `ARTIFACT_REFUSED` */
export const loadProver = (file: LibraryFile): ProverLibrary => bindProver(loadNative(file, 'prover'))
