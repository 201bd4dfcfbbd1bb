/** The mock prover of an AIR set as a library that a test compiles. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import koffi from 'koffi'
import type { AirSet } from '../../../src/air/air.ts'
import { checkFiles } from '../../../src/codegen/check/project.ts'
import { sanitizingCompiler } from '../../support/sanitizing.ts'
import { bindCheck, type CheckLibrary } from '../../../src/trace/check/native/library.ts'

const FLAGS = [
  '-std=gnu11',
  '-w',
  '-g0',
  '-fwrapv',
  '-fno-strict-aliasing',
  '-fno-builtin',
  '-fPIC',
  '-fvisibility=hidden',
  '-pthread',
]

const isThere = (cc: string): boolean => spawnSync(cc, ['--version']).status === 0

/** Compilers that this machine has. */
export const compilers: readonly string[] =
  sanitizingCompiler === undefined ? ['gcc', 'clang', 'clang-22'].filter(isThere) : [sanitizingCompiler]

export interface LibraryOptions {
  readonly cc?: string
  /** Several rows at once, where the processor can; default: yes. */
  readonly vectors?: boolean
}

/** By default with flags that compile fast; nothing that is found depends on them. */
export function checkLibrary(set: AirSet, options: LibraryOptions = {}): CheckLibrary {
  const { cc = compilers[0]!, vectors = true } = options
  const target = vectors && process.arch === 'x64' ? ['-march=native'] : []
  const directory = mkdtempSync(join(tmpdir(), 'rvr-check-'))
  try {
    mkdirSync(join(directory, 'check'))
    const units: string[] = []
    const files = checkFiles(set)
    for (const { path, content } of files) writeFileSync(join(directory, path), content)
    for (const { path } of files) {
      if (!path.endsWith('.c')) continue
      units.push(path.replace(/\.c$/, '.o'))
      const flags = [...FLAGS, ...target, '-O1']
      execFileSync(cc, [...flags, '-c', '-o', units.at(-1)!, path], { cwd: directory })
    }
    execFileSync(cc, ['-shared', '-pthread', '-o', 'check.so', ...units], { cwd: directory })
    return bindCheck(koffi.load(join(directory, 'check.so')))
  } finally {
    rmSync(directory, { recursive: true })
  }
}
