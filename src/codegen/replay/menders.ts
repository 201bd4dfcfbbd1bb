/** Accesses of an AIR → C that mends a row when it is known when the block was accessed before. */
import type { Access, Air, AirSet } from '../../air/air.ts'
import type { Expression } from '../../air/expression.ts'
import { P } from '../../air/field.ts'
import { wordConstant, type Word } from '../../air/word.ts'
import { WordWriter } from '../rows/words.ts'
import { Folder, isConstant, textOf } from './fold.ts'
import { lookupLines } from './lookup-text.ts'
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

export const menderName = (kind: number): string => `mend_${kind}`
export const timesName = (kind: number): string => `times_${kind}`

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

/**
 * `times_KIND`: writes what the row says of its access. `mend_KIND`: the same, and what the row looks up then instead
 * of what it did.
 */
export function menderText(set: AirSet, index: number, position: number, context: MenderContext): string {
  const air = set.airs[index]!
  const access = air.rules.accesses[position]!
  const timed = timedColumns(air, position)
  const columns = new Set(timed.map(({ column }) => column))
  const lookups = plannedLookups(set, air, unknownColumns(air)).filter(({ count, fields }) =>
    [count, ...fields].some(each => readsColumn(each, columns)),
  )
  const counted = (operator: '+=' | '-=', prefix: string): string[] =>
    lookupLines(lookups, {
      offsets: context.offsets,
      column: column => ({ text: `(int64_t)row[${column}]`, least: 0n, most: BigInt(P - 1) }),
      prefix,
      operator,
      otherwise: 'return 0;',
    })
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
  const cells = timed.map(({ column, word }) => `row[${column}] = ${cellText(word, { folder }, writer)};`)
  const kind = context.kindOf(index, position)
  const body = (lines: readonly string[]): string => lines.map(line => `  ${line}\n`).join('')
  const mending = [...counted('-=', 'm'), `${timesName(kind)}(row, time, last);`, ...counted('+=', 'n'), 'return 1;']
  return `/* ${air.name}, ${access.name} */
static void ${timesName(kind)}(uint32_t *row, uint32_t time, uint32_t last)
{
${body([...writer.lines, ...cells])}}

static int ${menderName(kind)}(uint32_t *row, uint32_t *histogram, uint32_t time, uint32_t last)
{
${body(mending)}}
`
}

export interface MenderContext {
  readonly offsets: ReadonlyMap<number, number>
  readonly kindOf: AccessKinds['kindOf']
}

/** Nothing is known of the columns of any row. */
const unknownColumns = (air: Air): readonly Word[] =>
  air.rules.columns.map((word, index) => (isConstant(word) ? wordConstant(word.value) : { op: 'input', index }))
