/** Compiles C of a test into a library of its own. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import koffi from 'koffi'
import { afterAll } from 'vitest'
import { resource } from '../../../src/resources.ts'

const includes = ['rows', 'check'].map(folder => `-I${resource(`templates/${folder}`).pathname}`)

/** The library that `text` becomes, as long as the tests of this file run. */
export function inC(text: string): ReturnType<typeof koffi.load> {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-rows-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const [source, library] = [join(directory, 'test.c'), join(directory, 'test.so')]
  writeFileSync(source, text)
  execFileSync('cc', ['-O0', '-w', '-fwrapv', '-shared', '-fPIC', ...includes, '-o', library, source])
  return koffi.load(library)
}
