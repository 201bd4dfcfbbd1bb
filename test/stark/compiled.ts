/** C programs of tests, compiled from the files of `ffi/stark`. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { resource } from '../../src/resources.ts'

export const sourceFile = (path: string): string => resource(path).pathname

const works = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0

export const compilers = ['gcc', 'clang', 'clang-22'].filter(each => works(each, ['--version'])).slice(0, 2)

const OPTIONS = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-fwrapv']
const INCLUDES = ['templates/archive', 'ffi/stark'].map(path => `-I${sourceFile(path)}`)

/** As much as there are libraries for. */
const SANITIZERS = [
  ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
  ['-fsanitize=undefined', '-fsanitize-trap=undefined'],
  [],
]

/** Compiles programs into a directory that goes with the test file. */
export function programs(): (compiler: string, sources: readonly string[], options?: readonly string[]) => string {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-stark-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  let count = 0
  return (compiler, sources, options = []) => {
    const program = join(directory, `program-${count++}`)
    const inputs = [...sources, 'ffi/sha2/sha256.c'].map(sourceFile)
    const last = [...OPTIONS, ...INCLUDES, ...options, '-o', program, ...inputs]
    const sanitizer = SANITIZERS.find(each => works(compiler, [...each, ...last]))
    if (sanitizer === undefined) execFileSync(compiler, last) // says why
    return program
  }
}
