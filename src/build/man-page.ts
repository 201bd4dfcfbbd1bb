/** Build step: writes the manual page beside the built code. */
import { writeFileSync } from 'node:fs'
import { resource } from '../resources.ts'
import { manPage } from '../cli/help/man-page.ts'
import { buildProgram } from '../cli/program.ts'

const program = await buildProgram({
  stdout: process.stdout,
  stderr: process.stderr,
  signal: new AbortController().signal,
  finish: () => {},
})
writeFileSync(resource('dist/rvr.1'), manPage(program))
