/** The mock prover of an AIR set as a library that a test compiles. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import koffi from 'koffi'
import type { AirSet } from '../../../src/air/air.ts'
import { checkFiles } from '../../../src/codegen/check/project.ts'
import { resourceText } from '../../../src/resources.ts'
import { checkPrototypes, type CheckCalls } from '../../../src/trace/check/native/calls.ts'

const FLAGS = ['-std=gnu11', '-w', '-g0', '-fwrapv', '-fno-strict-aliasing', '-fno-builtin', '-fPIC', '-pthread']

export interface LibraryOptions {
  readonly cc?: string
  readonly flags?: readonly string[]
}

/** `flags`: by default those that compile fastest; nothing that is found depends on them. */
export function checkLibrary(
  set: AirSet,
  { cc = 'cc', flags = ['-O1', '-march=native'] }: LibraryOptions = {},
): CheckCalls {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-check-'))
  try {
    const files = [...checkFiles(set), { path: 'field.h', content: resourceText('templates/rows/field.h') }]
    for (const { path, content } of files) writeFileSync(join(directory, path), content)
    const sources = files.map(({ path }) => path).filter(path => path.endsWith('.c'))
    const name = join(directory, 'check.so')
    execFileSync(cc, [...FLAGS, ...flags, '-shared', '-fvisibility=hidden', '-o', name, ...sources], { cwd: directory })
    const library = koffi.load(name)
    const callOf = (function_: keyof CheckCalls) => {
      const { result, parameters } = checkPrototypes[function_]
      const declared = library.func(function_, result, [...parameters])
      return (...values: readonly unknown[]): Promise<number> =>
        new Promise((resolve, reject) => {
          declared.async(...values, (error: Error | null, status: number) =>
            error === null ? resolve(status) : reject(error),
          )
        })
    }
    return { rvr_check: callOf('rvr_check'), rvr_check_find: callOf('rvr_check_find') }
  } finally {
    rmSync(directory, { recursive: true })
  }
}
