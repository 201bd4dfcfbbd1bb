/** What makes two keys differ, part by part, each in the words that it brings along. */
import type { KeyPart } from '../digest.ts'
import { Change, type DetailReader } from './change.ts'
import type { PartDescription } from './description.ts'
import type { Difference } from './difference.ts'

/** Where the two sides look up what lies behind a digest. */
interface DetailReaders {
  readonly stored: DetailReader
  readonly now: DetailReader
}

/** Parts that nobody describes, such as those of another version of rvr. */
const UNKNOWN: PartDescription<'other'> = {
  name: '',
  differences: change => change.says('other', `${change.part}: ${change.values}`),
}

const isSame = (one: KeyPart | undefined, other: KeyPart | undefined): boolean =>
  one?.type === other?.type && one?.value === other?.value && one?.bytes === other?.bytes

/** The description with the longest name that stands at the beginning of the part's. */
function descriptionOf<Kind extends string>(
  name: string,
  descriptions: readonly PartDescription<Kind>[],
): PartDescription<Kind | 'other'> {
  let found: PartDescription<Kind | 'other'> = UNKNOWN
  for (const description of descriptions) {
    const covers = name === description.name || name.startsWith(`${description.name}/`)
    if (covers && description.name.length > found.name.length) found = description
  }
  return found
}

interface Group<Kind extends string> {
  readonly description: PartDescription<Kind | 'other'>
  readonly names: Set<string>
  isChanged: boolean
}

/** What differs, and how far apart that puts the keys. */
export interface Comparison<Kind extends string = string> {
  readonly differences: readonly Difference<Kind | 'other'>[]
  readonly distance: number
}

/** Compares the parts of a stored key with those of the key that is looked for; differences are sorted by part. */
export function compare<Kind extends string>(
  stored: readonly KeyPart[],
  now: readonly KeyPart[],
  descriptions: readonly PartDescription<Kind>[],
  read: DetailReaders,
): Comparison<Kind> {
  const before = new Map(stored.map(part => [part.name, part]))
  const after = new Map(now.map(part => [part.name, part]))
  const groups = new Map<string, Group<Kind>>()
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const description = descriptionOf(name, descriptions)
    const group = description.group?.(name) ?? name
    const known = groups.get(group) ?? { description, names: new Set(), isChanged: false }
    groups.set(group, known)
    known.names.add(name)
    known.isChanged ||= !isSame(before.get(name), after.get(name))
  }
  const differences: Difference<Kind | 'other'>[] = []
  let distance = 0
  const changed = [...groups].filter(([, { isChanged }]) => isChanged).toSorted(([a], [b]) => (a < b ? -1 : 1))
  for (const [group, { description, names }] of changed) {
    const own = (parts: ReadonlyMap<string, KeyPart>): KeyPart[] =>
      [...names].map(name => parts.get(name)).filter(part => part !== undefined)
    const item = group.slice(description.name.length + 1)
    const found = description.differences(new Change(group, item, { stored: own(before), now: own(after), read }))
    for (const difference of found) differences.push(difference)
    distance += found.length * (description.distance ?? 1)
  }
  return { differences, distance }
}
