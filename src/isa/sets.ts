/** The instruction sets by name: which a guest asks for, and the tables that a choice of them gives. */
import { extensionsOf } from '../elf/attributes.ts'
import type { Image, Xlen } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { compressedRows } from './compressed.ts'
import { rows as i } from './i/rows.ts'
import { rows as m } from './m/rows.ts'
import type { Row } from './row.ts'
import type { InstructionTable } from './table.ts'
import { rows as zaamo } from './zaamo/rows.ts'
import { rows as zalrsc } from './zalrsc/rows.ts'
import { rows as zawrs } from './zawrs/rows.ts'
import { rows as zba } from './zba/rows.ts'
import { rows as zbb } from './zbb/rows.ts'
import { rows as zbc } from './zbc/rows.ts'
import { rows as zbkb } from './zbkb/rows.ts'
import { rows as zbkx } from './zbkx/rows.ts'
import { rows as zbs } from './zbs/rows.ts'
import { rows as zicond } from './zicond/rows.ts'
import { rows as zicsr } from './zicsr/rows.ts'
import { rows as zifencei } from './zifencei/rows.ts'
import { rows as zmmul } from './zmmul/rows.ts'

/** In the order in which a choice lists them. */
export const sets = {
  i,
  m,
  c: [],
  zmmul,
  zicond,
  zicsr,
  zifencei,
  zaamo,
  zalrsc,
  zawrs,
  zba,
  zbb,
  zbc,
  zbkb,
  zbkx,
  zbs,
  zcb: [],
} as const satisfies Readonly<Record<string, readonly Row[]>>
export type SetName = keyof typeof sets
export const setNames = Object.keys(sets) as readonly SetName[]

/** What guests have whose file asks for nothing else. */
export const defaultSets: readonly SetName[] = ['i', 'm']

/** Names that stand for several sets. */
const GROUPS: Readonly<Record<string, readonly SetName[]>> = {
  a: ['zaamo', 'zalrsc'],
  b: ['zba', 'zbb', 'zbs'],
  zca: ['c'],
  zcb: ['c', 'zcb'],
  // Its counters are registers that Zicsr reads.
  zicntr: ['zicsr'],
}
/** Extensions without an instruction of their own: pauses and hints are fences and sums into x0. */
const WITHOUT_ROWS: ReadonlySet<string> = new Set(['zihintpause', 'zihintntl', 'zihpm'])

const isCompressed = (name: SetName): name is 'c' | 'zcb' => Object.hasOwn(compressedRows, name)
const isSet = (name: string): name is SetName => Object.hasOwn(sets, name)
const setsNamed = (names: readonly string[]): readonly SetName[] => {
  const all = new Set(names.flatMap(name => GROUPS[name] ?? name).filter(isSet))
  // M has it.
  if (all.has('m')) all.delete('zmmul')
  return setNames.filter(name => all.has(name))
}

const isDefault = (names: readonly SetName[]): boolean => names.join() === defaultSets.join()

type AskingFile = Pick<Image, 'architecture' | 'isCompressed'>

/**
 * The sets that a guest's file asks for; undefined for `defaultSets`. I is always there, and M, but for files that say
 * Zmmul in its place: what a file lists is no promise that there is nothing else in it.
 */
export function setsAsked({ architecture, isCompressed: flagged }: AskingFile): readonly SetName[] | undefined {
  const names = extensionsOf(architecture ?? '')
  const flags = flagged ? ['c'] : []
  const asked = setsNamed(['i', ...(names.includes('zmmul') ? [] : ['m']), ...names, ...flags])
  return isDefault(asked) ? undefined : asked
}

/**
 * The sets of `rv64im_zba_zbb`, and no others; undefined for `defaultSets`.
 *
 * @throws RvrError `USAGE`: no such text, of another register width, or rvr has not all of it
 */
export function setsGiven(isa: string, xlen: Xlen): readonly SetName[] | undefined {
  const refuse = (why: string): never => {
    throw new RvrError('USAGE', `instruction set ${JSON.stringify(isa)}: ${why}`, {
      hint:
        `Say rv${xlen}i, then letters, then other names behind underscores: rv${xlen}im_zba_zbb. ` +
        `Known are ${setNames.join(', ')}.`,
      details: { isa },
    })
  }
  const text = isa.toLowerCase()
  if (!/^rv(32|64)i[a-z0-9_]*$/.test(text)) refuse('it does not begin with rv32i or rv64i')
  if (!text.startsWith(`rv${xlen}`)) refuse(`the guest is for RV${xlen}`)
  const names = extensionsOf(text)
  const unknown = names.filter(name => !isKnown(name))
  if (unknown.length > 0) refuse(`rvr has no ${unknown.join(', ')}`)
  const given = setsNamed(names)
  return isDefault(given) ? undefined : given
}

const isKnown = (name: string): boolean => isSet(name) || name in GROUPS || WITHOUT_ROWS.has(name)

/** What a file asks for that is not among the sets. */
export function missingSets(architecture: string | undefined, on: readonly SetName[] = defaultSets): readonly string[] {
  const has = (name: string): boolean => on.includes(name as SetName) || (name === 'zmmul' && on.includes('m'))
  return extensionsOf(architecture ?? '').filter(
    name => !WITHOUT_ROWS.has(name) && !(GROUPS[name] ?? [name]).every(has),
  )
}

/** Is the row's every word one of the other, too? */
const isWithin = (row: Row, { mask, match, only }: Row): boolean =>
  (row.mask & mask) === mask && (row.match & mask) === match && (only === undefined || only === row.only)

/**
 * The tables of sets. What several have is in the first of them alone, and an instruction that another set has a wider
 * form of is that one: zext.h of Zbb is pack of Zbkb with x0.
 */
export function tablesOf(names: readonly SetName[]): readonly InstructionTable[] {
  const all = names.flatMap(name => sets[name].map(row => ({ name, row })))
  const rows = all.filter(
    ({ row }, index) =>
      all.findIndex(other => other.row === row) === index &&
      !all.some(other => other.row !== row && isWithin(row, other.row)),
  )
  return names.map(name => ({
    name,
    rows: rows.filter(each => each.name === name).map(each => each.row),
    ...(isCompressed(name) && { compressed: compressedRows[name] }),
  }))
}
