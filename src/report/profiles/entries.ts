/** What profiled runs report: trace cells and instructions by function and by operation. */
import type { ProfileEntry } from '../../sdk/profile.ts'
import type { Run } from '../../sdk/contract.ts'
import { shortened, table } from '../form/table.ts'
import { count, grouped, percentText } from '../form/units.ts'

/** Rows of a table in `rvr run`; `rvr cost --top` shows more. */
const TOP = 15

const entriesJson = (entries: readonly ProfileEntry[]) =>
  Object.fromEntries(entries.map(({ name, ...rest }) => [name, rest]))

/** The keys of `rvr run --json` that come from profiling; none in other modes. */
export function profileJson({ profile }: Pick<Run, 'profile'>) {
  return profile && { functions: entriesJson(profile.functions), opcodes: entriesJson(profile.opcodes) }
}

/** The dearest entries with their shares; the others in one row. `name` makes a cell of an entry's name. */
export function entryRows(
  title: string,
  entries: readonly ProfileEntry[],
  top = TOP,
  name: (text: string) => string = shortened,
): string[][] {
  const sum = (list: readonly ProfileEntry[], key: 'instructions' | 'cells'): number =>
    list.reduce((total, entry) => total + entry[key], 0)
  const all = sum(entries, 'cells')
  const row = (cell: string, list: readonly ProfileEntry[]): string[] => [
    cell,
    grouped(sum(list, 'instructions')),
    grouped(sum(list, 'cells')),
    all > 0 ? percentText(sum(list, 'cells') / all) : '',
  ]
  const shown = entries.slice(0, top)
  const others = entries.slice(shown.length)
  const rows = [[title, 'instructions', 'cells', 'of cost'], ...shown.map(entry => row(name(entry.name), [entry]))]
  if (others.length > 0) rows.push(row(count(others.length, 'other', 'others'), others))
  return rows
}

/** The same as text. */
export const entriesText = (title: string, entries: readonly ProfileEntry[], top?: number): string =>
  table(entryRows(title, entries, top), 'lrrr', '  ')

/** The part of `rvr run`'s text about functions and operations; empty in modes that do not profile. */
export function profileText({ profile }: Pick<Run, 'profile'>): string {
  if (profile === undefined) return ''
  return `${entriesText('function', profile.functions)}${entriesText('operation', profile.opcodes)}`
}
