/** The prover in C, compiled into a library of its own. */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { nativeNamed } from '../../src/load/native-library.ts'
import { bindProver, type ProverLibrary } from '../../src/load/stark-prover.ts'
import { sourceFile } from './compiled.ts'

const INCLUDES = ['templates/threads', 'templates/archive'].map(path => `-I${sourceFile(path)}`)
const OTHERS = [
  'ffi/stark/key.c',
  'ffi/stark/memory.c',
  'ffi/stark/form.c',
  'ffi/stark/shape.c',
  'templates/archive/archive.c',
  'ffi/sha2/sha256.c',
]

export function proverLibrary(compiler: string, options: readonly string[] = []): ProverLibrary {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-stark-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const library = join(directory, 'prover.so')
  const sources = [
    ...globSync(sourceFile('ffi/stark/prover/*.c')),
    ...OTHERS.map(sourceFile).filter(path => globSync(path).length > 0),
  ]
  const warnings = [
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Wno-missing-field-initializers',
    ...(compiler === 'gcc' ? ['-Wno-maybe-uninitialized'] : []),
    '-Wno-unknown-warning-option',
  ]
  const usual = ['-std=gnu11', '-O1', ...warnings, '-fPIC', '-fwrapv', '-fno-strict-aliasing', ...INCLUDES]
  execFileSync(compiler, [...usual, ...options, '-shared', '-pthread', '-o', library, ...sources])
  return bindProver(nativeNamed(library))
}
