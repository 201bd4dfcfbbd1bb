/** Coverage of a guest's source as a tracefile, what genhtml and editors read. */
import type { GuestProfile } from '../guest-profile.ts'
import { inChunks } from './chunks.ts'
import { coverageOf } from './coverage.ts'
import type { FormatOptions, ProfileFormat } from './format.ts'
import { lineText } from './line-text.ts'

function* lines(profile: GuestProfile, { source }: FormatOptions): Generator<string> {
  // Names of tests have letters, digits and underscores only.
  yield `TN:${profile.guest.name.replaceAll(/\W/g, '_')}\n`
  const files = [...coverageOf(profile, source)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  for (const [path, file] of files) {
    yield `SF:${lineText(path)}\n`
    const functions = [...file.functions].toSorted(([, a], [, b]) => a.line - b.line)
    for (const [name, { line }] of functions) yield `FN:${line},${lineText(name)}\n`
    for (const [name, { count }] of functions) yield `FNDA:${count},${lineText(name)}\n`
    yield `FNF:${functions.length}\nFNH:${functions.filter(([, { count }]) => count > 0).length}\n`
    const executed = [...file.lines].toSorted(([a], [b]) => a - b)
    for (const [line, count] of executed) yield `DA:${line},${count}\n`
    yield `LF:${executed.length}\nLH:${executed.filter(([, count]) => count > 0).length}\nend_of_record\n`
  }
}

export const lcov: ProfileFormat = {
  name: 'lcov',
  extension: '.info',
  summary: 'coverage of the source for genhtml and editors',
  isBinary: false,
  write: (profile, options) => inChunks(lines(profile, options)),
}
