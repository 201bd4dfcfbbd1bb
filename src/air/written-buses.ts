/** The buses that systems are over as JSON, and back: their tables too, and no roles, which follow from the rest. */
import type { Bus } from './air.ts'
import { systemBuses, type SystemBus } from './system-buses.ts'
import { wordFunctions, type Word } from './word.ts'
import { BadSystem } from './written-system.ts'

/** Constants have up to 64 bits. */
type WrittenWord =
  | string
  | readonly ['input', number]
  | readonly ['binary', string, WrittenWord, WrittenWord]
  | readonly ['call', string, ...WrittenWord[]]
  | readonly ['choice', WrittenWord, WrittenWord, WrittenWord]

export interface WrittenBus {
  readonly name: string
  readonly id: number
  readonly kind: Bus['kind']
  readonly fields: readonly string[]
  readonly table?: WrittenWord | undefined
}

export const writtenBuses = (buses: readonly SystemBus[]): readonly WrittenBus[] =>
  buses.map(({ name, id, kind, fields, table }) => ({ name, id, kind, fields, table: table && writtenWord(table) }))

function writtenWord(word: Word): WrittenWord {
  switch (word.op) {
    case 'constant':
      return String(word.value)
    case 'input':
      return ['input', word.index]
    case 'binary':
      return ['binary', word.operator, writtenWord(word.left), writtenWord(word.right)]
    case 'call':
      return ['call', word.name, ...word.args.map(writtenWord)]
    case 'choice':
      return ['choice', writtenWord(word.condition), writtenWord(word.chosen), writtenWord(word.otherwise)]
    default:
      throw new Error('a table is about its message alone')
  }
}

const OPERATORS: readonly string[] = '+ - * / % & | ^ << >> == != < <= > >='.split(' ')
const MAX_DEPTH = 200
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 120

/** @throws BadSystem */
export function readBuses(value: unknown, xlen: 32 | 64): readonly SystemBus[] {
  if (!Array.isArray(value)) throw new BadSystem('buses: a list was expected')
  return systemBuses(value.map(busOf), xlen)
}

function busOf(value: unknown): Bus {
  const { name, id, kind, fields, table } = (value ?? {}) as Record<keyof WrittenBus, unknown>
  const isBus = isText(name) && Number.isSafeInteger(id) && (kind === 'permutation' || kind === 'lookup')
  if (!isBus || !Array.isArray(fields) || !fields.every(isText))
    throw new BadSystem('buses: a name, a number, a kind and fields were expected')
  const bus = { name, id: id as number, kind: kind as Bus['kind'], fields }
  return table === undefined ? bus : { ...bus, table: wordOf(table, fields.length, 0) }
}

function wordOf(value: unknown, inputs: number, depth: number): Word {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return { op: 'constant', value: BigInt(value) }
  if (!Array.isArray(value) || depth === MAX_DEPTH) throw new BadSystem('buses: no table')
  const [op, first, ...others] = value as readonly unknown[]
  const words = (list: readonly unknown[]): Word[] => list.map(each => wordOf(each, inputs, depth + 1))
  if (op === 'input' && Number.isInteger(first) && (first as number) >= 0 && (first as number) < inputs)
    return { op, index: first as number }
  if (op === 'binary' && OPERATORS.includes(String(first)) && others.length === 2) {
    const [left, right] = words(others)
    return { op, operator: first as Extract<Word, { op: 'binary' }>['operator'], left: left!, right: right! }
  }
  if (op === 'call' && Object.hasOwn(wordFunctions, String(first))) {
    const name = first as keyof typeof wordFunctions
    if (others.length === wordFunctions[name]) return { op, name, args: words(others) }
  }
  if (op === 'choice' && others.length === 2) {
    const [condition, chosen, otherwise] = words([first, ...others])
    return { op, condition: condition!, chosen: chosen!, otherwise: otherwise! }
  }
  throw new BadSystem('buses: no table')
}
