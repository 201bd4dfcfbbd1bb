/** Coverage: what genhtml makes of it, and the grammar that geninfo's manual gives. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseElf } from '../../../src/elf/parse.ts'
import { lcov } from '../../../src/guest-profile/formats/lcov.ts'
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'
import { guestSource, type GuestSource } from '../../../src/guest-profile/guest-source.ts'
import { debugGuests, withDebugGuest } from '../../elf/dwarf/guests.ts'
import { syntheticProfile } from '../synthetic.ts'
import { directory, exists, output } from './consumers.ts'
import { oddNames, placed } from './small.ts'

const textOf = (profile: GuestProfile, source?: GuestSource): string =>
  [...lcov.write(profile, { unit: 'instructions', source })].join('')

interface Record {
  readonly functions: Map<string, { line: number; count: number }>
  readonly lines: Map<number, number>
}

/** Sections in the order that the manual says, and sums that hold. */
function parse(text: string): Map<string, Record> {
  const name = String.raw`[^\n]+`
  const section = new RegExp(
    String.raw`SF:(${name})\n((?:FN:\d+,${name}\n)*)((?:FNDA:\d+,${name}\n)*)FNF:(\d+)\nFNH:(\d+)\n((?:DA:\d+,\d+\n)*)LF:(\d+)\nLH:(\d+)\nend_of_record\n`,
    'gu',
  )
  expect(text).toMatch(/^TN:\w+\n/)
  expect(text.slice(text.indexOf('\n') + 1).replaceAll(section, '')).toBe('')
  const files = new Map<string, Record>()
  for (const [, path, begins, counts, found, hit, executions, lineCount, linesHit] of text.matchAll(section)) {
    const functions = new Map<string, { line: number; count: number }>()
    for (const [, line, of] of begins!.matchAll(/^FN:(\d+),(.+)$/gmu))
      functions.set(of!, { line: Number(line), count: -1 })
    for (const [, count, of] of counts!.matchAll(/^FNDA:(\d+),(.+)$/gmu)) functions.get(of!)!.count = Number(count)
    const lines = new Map(
      [...executions!.matchAll(/^DA:(\d+),(\d+)$/gm)].map(([, line, count]) => [Number(line), Number(count)]),
    )
    expect(Number(found)).toBe(functions.size)
    expect(Number(hit)).toBe([...functions.values()].filter(({ count }) => count > 0).length)
    expect(Number(lineCount)).toBe(lines.size)
    expect(Number(linesHit)).toBe([...lines.values()].filter(count => count > 0).length)
    expect(files.has(path!)).toBe(false)
    files.set(path!, { functions, lines })
  }
  return files
}

/** `placed`, and the instructions that it was made of: those of `odd!` are inlined into `odd`. */
function executed(odd = 'odd', hasCalls = true): GuestProfile {
  const rows = [
    // pc, step, innermost, function, file, line, times
    [0x100, 0, 1, 1, 0, 10, 5],
    [0x104, 0, 1, 1, 0, 12, 3],
    [0x104, 1, 1, 1, 0, 12, 4],
    [0x200, 0, 2, 2, 0, 41, 20],
    [0x204, 0, 2, 2, 0, 41, 80],
    [0x208, 0, 3, 2, 1, 3, 60],
    [0x20c, 0, 3, 2, 1, 3, 70],
    [0x300, 0, 3, 1, 1, 3, 9],
    [0x304, 0, 3, 1, -1, 0, 1000],
  ]
  const column = (index: number) => rows.map(row => row[index]!)
  const profile = placed(odd)
  const functions = profile.functions.map((each, index) => ({
    ...each,
    address: [undefined, 0x100, 0x200, undefined][index],
  }))
  return {
    ...profile,
    hasCalls,
    functions,
    instructions: {
      pc: Uint32Array.from(column(0)),
      step: Uint32Array.from(column(1)),
      innermost: Uint32Array.from(column(2)),
      function: Uint32Array.from(column(3)),
      file: Int32Array.from(column(4)),
      line: Uint32Array.from(column(5)),
      times: Float64Array.from(column(6)),
      cells: new Float64Array(rows.length),
    },
  }
}

const source: GuestSource = {
  lines: [
    { file: '/src/main.c', line: 12 },
    { file: '/src/main.c', line: 13 },
    { file: 'never.c', line: 1 },
  ],
  functions: [
    { name: 'main', file: '/src/main.c', line: 9 },
    { name: 'unused', file: '/src/main.c', line: 99 },
  ],
}

describe('the tracefile', () => {
  test('counts a line as its most frequent instruction, copies of it together; functions by calls and copies', () => {
    expect(parse(textOf(executed()))).toEqual(
      new Map([
        [
          '/src/main.c',
          {
            functions: new Map([
              ['main', { line: 9, count: 1 }],
              ['odd', { line: 40, count: 3 }],
            ]),
            lines: new Map([
              [10, 5],
              [12, 7],
              [41, 80],
            ]),
          },
        ],
        ['lib/odd name.h', { functions: new Map([['odd!', { line: 2, count: 1070 }]]), lines: new Map([[3, 79]]) }],
      ]),
    )
  })

  test('counts entries where calls are not known', () => {
    const files = parse(textOf(executed('odd', false)))
    expect(files.get('/src/main.c')!.functions.get('odd')!.count).toBe(20)
  })

  test('has what was not executed, where the source is known', () => {
    const files = parse(textOf(executed(), source))
    expect(files.get('/src/main.c')!.lines.get(12)).toBe(7)
    expect(files.get('/src/main.c')!.lines.get(13)).toBe(0)
    expect(files.get('/src/main.c')!.functions.get('unused')).toEqual({ line: 99, count: 0 })
    expect(files.get('never.c')!.lines).toEqual(new Map([[1, 0]]))
  })

  test.each(oddNames)('keeps a name of any characters in one line: %j', name => {
    const files = parse(textOf(executed(name)))
    expect(files.get('/src/main.c')!.functions.size).toBe(2)
  })

  test('says nothing of files without lines', () => {
    expect(parse(textOf(syntheticProfile({ nodes: 20, seed: 1, lines: false })))).toEqual(new Map())
  })
})

test('the source of a guest is what its debug information has', ({ skip }) => {
  const found = withDebugGuest(debugGuests[0]!, elf => {
    const { lines, functions } = guestSource(parseElf(elf, 'guest.elf'))
    return { lines: [...lines], functions: [...functions] }
  })
  if (found === undefined) return skip('there is no compiler for RISC-V here')
  // Lambdas and operators have other names in the source.
  const named = found.functions.filter(({ name }) => !/lambda|operator/.test(name))
  for (const { name, file, line } of named) {
    const text = readFileSync(file, 'utf8').split('\n')[line - 1]!
    expect(text, `${name} ${file}:${line}`).toContain(/(\w+)(?:<.*>)?\(|(\w+)$/.exec(name)![0].replace(/[<(].*/, ''))
  }
  expect(named.length).toBeGreaterThan(5)
  expect(found.lines.length).toBeGreaterThan(20)
})

test.skipIf(!exists('genhtml', '--version'))('genhtml shows it (skipped without lcov)', { timeout: 60_000 }, () => {
  const place = directory()
  mkdirSync(join(place, 'lib'))
  const files = ['/src/main.c', 'lib/odd name.h'].map(path => join(place, path.replace('/src/', '')))
  for (const path of files) writeFileSync(path, Array.from({ length: 99 }, (_, line) => `line ${line + 1}\n`).join(''))
  const trace = join(place, 'coverage.info')
  writeFileSync(trace, textOf({ ...executed(), files }, { lines: [{ file: files[0]!, line: 13 }], functions: [] }))
  const pages = join(place, 'pages')
  const said = output('genhtml', ['--output-directory', pages, trace])
  expect(said).toMatch(/lines\.*: 80\.0% \(4 of 5 lines\)/)
  expect(said).toMatch(/functions\.*: 100\.0% \(3 of 3 functions\)/)
})
