/** What hashes memory in C, compiled into a library of its own. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { nativeNamed } from '../../src/load/native-library.ts'
import type { MemoryHashing } from '../../src/proofs/initial-root.ts'
import { resource } from '../../src/resources.ts'

const SOURCES = ['ffi/stark/memory.c', 'ffi/stark/prover/memory.c'].map(path => resource(path).pathname)

export function memoryHashing(): MemoryHashing {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-memory-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const library = join(directory, 'memory.so')
  execFileSync('cc', [
    '-std=gnu11',
    '-O1',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-fPIC',
    '-shared',
    '-o',
    library,
    ...SOURCES,
  ])
  const bytes = ['void *', 'uint64_t']
  const native = nativeNamed(library)
  return {
    rvr_prover_memory_hash: native.func('rvr_prover_memory_hash', 'void', ['void *', 'void *', 'void *']),
    rvr_prover_memory_root: native.func('rvr_prover_memory_root', 'int', [
      'uint32_t',
      ...[bytes, bytes, bytes].flat(),
      'void *',
    ]),
  }
}
