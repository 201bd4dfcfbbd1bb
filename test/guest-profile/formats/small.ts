/** A profile that is small enough to know what every format has to say of it, with names that are hard to write down. */
import type { GuestProfile } from '../../../src/guest-profile/guest-profile.ts'

interface Row {
  readonly node: number
  readonly step?: number
  readonly file?: number
  readonly line?: number
  readonly instructions: number
  readonly cells: number
}

interface Node {
  readonly parent: number
  readonly function: number
  readonly isInlined?: boolean
  readonly calls?: number
  readonly callFile?: number
  readonly callLine?: number
}

/** Of these nodes and costs: without opcodes and chips, and without single instructions. */
export function profileOf(
  names: readonly string[],
  nodes: readonly Node[],
  rows: readonly Row[],
  steps: readonly string[] = [],
): GuestProfile {
  const column = <T>(list: readonly T[], pick: (of: T) => number | undefined, otherwise = 0) =>
    list.map(of => pick(of) ?? otherwise)
  const sum = (unit: 'instructions' | 'cells') => rows.reduce((total, row) => total + row[unit], 0)
  return {
    guest: { name: 'guest.elf', digest: 'ab'.repeat(32), xlen: 64 },
    machine: { name: 'machine', digest: 'cd'.repeat(32) },
    outcome: 'terminated',
    totals: { instructions: sum('instructions'), cells: sum('cells') },
    memory: undefined,
    hasCalls: true,
    warnings: [],
    files: ['/src/main.c', 'lib/odd name.h'],
    functions: names.map(name => ({ name, symbol: undefined, address: undefined, file: -1, line: 0 })),
    steps: [{ marker: 0, name: undefined }, ...steps.map((name, index) => ({ marker: index + 1, name }))],
    nodes: {
      parent: Int32Array.from(column(nodes, ({ parent }) => parent)),
      function: Uint32Array.from(column(nodes, node => node.function)),
      isInlined: Uint8Array.from(column(nodes, node => Number(node.isInlined ?? false))),
      calls: Float64Array.from(column(nodes, ({ calls }) => calls)),
      callFile: Int32Array.from(column(nodes, ({ callFile }) => callFile, -1)),
      callLine: Uint32Array.from(column(nodes, ({ callLine }) => callLine)),
      memory: undefined,
    },
    costs: {
      node: Uint32Array.from(column(rows, ({ node }) => node)),
      step: Uint32Array.from(column(rows, ({ step }) => step)),
      file: Int32Array.from(column(rows, ({ file }) => file, -1)),
      line: Uint32Array.from(column(rows, ({ line }) => line)),
      instructions: Float64Array.from(column(rows, ({ instructions }) => instructions)),
      cells: Float64Array.from(column(rows, ({ cells }) => cells)),
    },
    instructions: {
      pc: new Uint32Array(),
      step: new Uint32Array(),
      innermost: new Uint32Array(),
      function: new Uint32Array(),
      file: new Int32Array(),
      line: new Uint32Array(),
      times: new Float64Array(),
      cells: new Float64Array(),
    },
    opcodes: [],
    chips: [],
  }
}

/** `[guest]` calls `main`, which calls `odd` of a hard name, into which another one is inlined. */
export const small = (odd: string): GuestProfile =>
  profileOf(
    ['[guest]', 'main', odd, `${odd}!`],
    [
      { parent: -1, function: 0 },
      { parent: 0, function: 1, calls: 1 },
      { parent: 1, function: 2, calls: 3, callFile: 0, callLine: 11 },
      { parent: 2, function: 3, isInlined: true, callFile: 0, callLine: 42 },
    ],
    [
      { node: 1, file: 0, line: 10, instructions: 5, cells: 50 },
      { node: 1, step: 1, file: 0, line: 12, instructions: 7, cells: 71 },
      { node: 2, file: 0, line: 41, instructions: 100, cells: 1000 },
      { node: 3, file: 1, line: 3, instructions: 2 ** 40, cells: 2 ** 50 },
      { node: 3, step: 1, file: 1, line: 4, instructions: 1, cells: 9 },
    ],
    ['first step'],
  )

/** The same where it is known in which lines functions begin. */
export function placed(odd: string): GuestProfile {
  const begins = [
    { file: -1, line: 0 },
    { file: 0, line: 9 },
    { file: 0, line: 40 },
    { file: 1, line: 2 },
  ]
  const profile = small(odd)
  return { ...profile, functions: profile.functions.map((each, index) => ({ ...each, ...begins[index]! })) }
}

/** A tree without branches, of two functions that call each other; of some nodes costs are one instruction, two cells. */
export function chainProfile(depth: number, hasCosts: (node: number) => boolean = () => true): GuestProfile {
  const nodes = Array.from({ length: depth }, (_, node) => ({ parent: node - 1, function: node % 2 }))
  const rows = nodes.flatMap((_, node) => (hasCosts(node) ? [{ node, instructions: 1, cells: 2 }] : []))
  return profileOf(['even', 'odd'], nodes, rows)
}

export const oddNames = [
  'plain',
  'core::array::<impl [u8; 32]>::map',
  'operator<< <char, std::char_traits<char> >(int, ...)',
  'two\nlines\tand a tab\u2028and more',
  'функция λ 😀 “quoted”',
  'ends in a number 42',
  ' # \'quotes" and \\ back \\slashes & <b>',
  '',
] as const
