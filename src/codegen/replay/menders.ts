/** Accesses of an AIR → C that mends a row when it is known when the block was accessed before. */
import type { Access, Air, AirSet } from '../../air/air.ts'
import type { Expression } from '../../air/expression.ts'
import { P } from '../../air/field.ts'
import { wordConstant, type Word } from '../../air/word.ts'
import { WordWriter } from '../rows/words.ts'
import { Folder, isConstant, textOf } from './fold.ts'
import { lookupLines } from './lookup-text.ts'
import { polynomialText, type Value } from './polynomials.ts'
import { cellText } from './row-text.ts'
import { plannedLookups, unfit } from './rows.ts'

/** The AIRs' accesses, each with a number of its own. */
export interface AccessKinds {
  readonly count: number
  /** Index of the AIR, by number. */
  readonly airs: readonly number[]
  readonly kindOf: (air: number, access: number) => number
}

const isFilled = ({ instructions }: Air): boolean => instructions.length > 0

export function accessKinds({ airs }: AirSet): AccessKinds {
  const firsts: number[] = []
  const owners: number[] = []
  for (const [index, air] of airs.entries()) {
    firsts.push(owners.length)
    if (isFilled(air)) for (const _ of air.rules.accesses) owners.push(index)
  }
  return { count: owners.length, airs: owners, kindOf: (air, access) => firsts[air]! + access }
}

/** Time of the access itself, where it stands in a rule. */
const TIME = 0

function reads(word: Word, access: number): boolean {
  switch (word.op) {
    case 'last':
      return word.access === access
    case 'binary':
      return reads(word.left, access) || reads(word.right, access)
    case 'call':
      return word.args.some(arg => reads(arg, access))
    case 'choice':
      return [word.condition, word.chosen, word.otherwise].some(each => reads(each, access))
    case 'register':
      return reads(word.of, access)
    default:
      return false
  }
}

function readsColumn(of: Expression, columns: ReadonlySet<number>): boolean {
  if ('left' in of) return readsColumn(of.left, columns) || readsColumn(of.right, columns)
  return of.op === 'column' && of.row === 0 && columns.has(of.index)
}

/** A rule over the access's time and that of the access before alone: it takes place, so its condition holds. */
function mendedRule(rule: Word, { time, when }: Access): Word {
  const [timeText, whenText] = [textOf(time), when && textOf(when)]
  const isWhen = (word: Word): boolean => whenText !== undefined && textOf(word) === whenText
  const folder = new Folder({
    leaf: word => {
      if (textOf(word) === timeText) return { op: 'input', index: TIME }
      return word.op === 'choice' && isWhen(word.condition) ? folder.fold(word.chosen) : undefined
    },
    most: word => (word.op === 'last' || word.op === 'input' ? 2n ** 29n - 1n : 2n ** 64n - 1n),
    isNeverZero: () => false,
  })
  return folder.fold(rule)
}

function isOfTimes(word: Word, access: number): boolean {
  switch (word.op) {
    case 'constant':
      return true
    case 'input':
      return word.index === TIME && isTime(word)
    case 'last':
      return word.access === access
    case 'binary':
      return isOfTimes(word.left, access) && isOfTimes(word.right, access)
    case 'call':
      return word.args.every(arg => isOfTimes(arg, access))
    case 'choice':
      return [word.condition, word.chosen, word.otherwise].every(each => isOfTimes(each, access))
    default:
      return false
  }
}

const isTime = (word: Word): boolean => word.op === 'input'

/** Columns of a row that say when a block was accessed before, by rules over the times of both accesses. */
function timedColumns(air: Air, position: number): readonly { readonly column: number; readonly word: Word }[] {
  const access = air.rules.accesses[position]!
  return air.rules.columns.flatMap((rule, column) => {
    if (!reads(rule, position)) return []
    const word = mendedRule(rule, access)
    if (isOfTimes(word, position)) return [{ column, word }]
    throw unfit(air, `${air.columns[column]} depends on ${access.name}.last and on more than the access's own time`)
  })
}

/** Their indices. */
export const columnsOfTimes = (air: Air, position: number): readonly number[] =>
  timedColumns(air, position).map(({ column }) => column)

/** C functions, those of the same text once. */
class Functions {
  readonly texts: string[] = []
  readonly #names = new Map<string, string>()

  /** @returns the name of the first one of that text */
  named(name: string, head: string, lines: readonly string[]): string {
    const body = `{\n${lines.map(line => `  ${line}\n`).join('')}}\n`
    const known = this.#names.get(head + body)
    if (known !== undefined) return known
    this.#names.set(head + body, name)
    this.texts.push(`${head.replace('NAME', name)}\n${body}`)
    return name
  }
}

const TIMES = 'uint32_t *row, uint32_t time, uint32_t last'
const MENDED = 'uint32_t *row, uint32_t *histogram, uint32_t time, uint32_t last'

/** Writes what the row says of its access. */
function timesOf(air: Air, position: number, kind: number, functions: Functions): string {
  const writer = new WordWriter('v', {
    input: () => '(uint64_t)time',
    old: () => '0',
    last: () => '(uint64_t)last',
    register: () => '0',
  })
  const folder = new Folder({
    leaf: () => undefined,
    most: () => 2n ** 29n - 1n,
    isNeverZero: () => false,
  })
  const cells = timedColumns(air, position).map(
    ({ column, word }) => `row[${column}] = ${cellText(word, { folder }, writer)};`,
  )
  return functions.named(`times_${kind}`, `static void NAME(${TIMES})`, [...writer.lines, ...cells])
}

/**
 * The same, and what the row looks up then instead of what it did. How often it looks up is nearly all in which AIRs
 * differ: the rest is shared, which compiles in a fifth of the time.
 */
function menderOf({ set, index, position, kind }: AccessOf, times: string, context: MenderContext): string {
  const { offsets, functions } = context
  const air = set.airs[index]!
  const width = air.columns.length
  const columns = new Set(columnsOfTimes(air, position))
  const lookups = plannedLookups(set, air, unknownColumns(air)).filter(({ count, fields }) =>
    [count, ...fields].some(each => readsColumn(each, columns)),
  )
  const counts = new Map<string, { readonly place: number; readonly count: Expression }>()
  const counted = lookups.map(lookup => {
    const { count } = lookup
    if (count.op === 'constant' || readsColumn(count, columns)) return lookup
    const text = JSON.stringify(count)
    const { place } = counts.get(text) ?? { place: counts.size }
    counts.set(text, { place, count })
    return { ...lookup, count: { op: 'column', row: 0, index: width + place } as const }
  })
  const column = (at: number): Value => {
    const text = at < width ? `(int64_t)row[${at}]` : `count${at - width}`
    return { text, least: 0n, most: BigInt(P - 1) }
  }
  const counting = (operator: '+=' | '-=', prefix: string): string[] =>
    lookupLines(counted, { offsets, column, prefix, operator, otherwise: 'return 0;' })
  const numbers = [...counts.keys()].map((_, place) => `, int64_t count${place}`).join('')
  const shared = functions.named(`mended_${kind}`, `static __attribute__((noinline)) int NAME(${MENDED}${numbers})`, [
    ...counting('-=', 'm'),
    `${times}(row, time, last);`,
    ...counting('+=', 'n'),
    'return 1;',
  ])
  const own = polynomialText(
    [...counts.values()].map(({ count }) => count),
    'm',
    column,
  )
  const given = ['row', 'histogram', 'time', 'last', ...own.values].join(', ')
  return functions.named(`mend_${kind}`, `static int NAME(${MENDED})`, [...own.lines, `return ${shared}(${given});`])
}

/** `timed` and `menders`: for each kind of access what writes a row's columns of its times, and what mends the row. */
export function mendersText(set: AirSet, kinds: AccessKinds, offsets: ReadonlyMap<number, number>): string {
  const functions = new Functions()
  const names = kinds.airs.map((index, kind) => {
    const position = kind - kinds.kindOf(index, 0)
    const times = timesOf(set.airs[index]!, position, kind, functions)
    return { times, mender: menderOf({ set, index, position, kind }, times, { offsets, functions }) }
  })
  return `${functions.texts.join('\n')}
times *const timed[] = { ${names.map(({ times }) => times).join(', ')} };
mender *const menders[] = { ${names.map(({ mender }) => mender).join(', ')} };
`
}

/** An access of an AIR. */
interface AccessOf {
  readonly set: AirSet
  readonly index: number
  readonly position: number
  readonly kind: number
}

interface MenderContext {
  readonly offsets: ReadonlyMap<number, number>
  readonly functions: Functions
}

/** Nothing is known of the columns of any row. */
const unknownColumns = (air: Air): readonly Word[] =>
  air.rules.columns.map((word, index) => (isConstant(word) ? wordConstant(word.value) : { op: 'input', index }))
