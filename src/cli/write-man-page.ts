/** Build step: writes the manual page beside the built code. */
import { writeFileSync } from 'node:fs'
import { manPage } from './man-page.ts'
import { buildProgram } from './program.ts'

const program = buildProgram({
  stdout: process.stdout,
  stderr: process.stderr,
  signal: new AbortController().signal,
  finish: () => {},
})
writeFileSync(new URL('../rvr.1', import.meta.url), manPage(program))
