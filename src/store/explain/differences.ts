/** What makes two keys differ, part by part, in words. */
import type { KeyPart } from '../digest.ts'
import type { Detail } from './details.ts'

export type DifferenceKind =
  | 'guest'
  | 'machine'
  | 'generator'
  | 'template'
  | 'mode'
  | 'profile'
  | 'abi'
  | 'extension'
  | 'tool'
  | 'flag'
  | 'make-argument'
  | 'environment'
  | 'cpu-feature'
  | 'target'
  | 'host'
  | 'other'

export interface Difference {
  /** The part of the key, or the group of parts that belong together: `environment/TZ`, `tool/cc`, `flags/compile`. */
  readonly part: string
  readonly kind: DifferenceKind
  /** Its value then and now: text, or a digest; of lists only what the other side has not. Null: not there, unset. */
  readonly stored: string | null
  readonly now: string | null
  /** The difference in words. */
  readonly meaning: string
}

/** The part of both sides; undefined where a side has none. */
interface Pair {
  readonly stored: KeyPart | undefined
  readonly now: KeyPart | undefined
}
export type DetailReader = (part: KeyPart) => Detail | undefined
interface DetailReaders {
  readonly stored: DetailReader
  readonly now: DetailReader
}

/** Files, macros and the like in a sentence at most. */
const NAMED = 6

const valueOf = (part: KeyPart | undefined): string | null =>
  part === undefined || part.type === 'absent' ? null : part.value
const listed = (names: readonly string[], limit: number): string =>
  names.length <= limit ? names.join(', ') : `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`
const quoted = (value: string | null): string =>
  value === null ? 'unset' : value === '' ? 'empty' : JSON.stringify(value)
const sentence = (clauses: readonly [string, readonly string[]][], limit = NAMED): string =>
  clauses
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what} ${listed(names, limit)}`)
    .join('; ')

/** What `these` has more than `those`, counting how often. */
function surplus(these: readonly string[], those: readonly string[]): string[] {
  const left = [...those]
  return these.filter(word => {
    const at = left.indexOf(word)
    if (at === -1) return true
    left.splice(at, 1)
    return false
  })
}

/** `what` (such as `compile flags`) as lists of words. */
function listDifference(
  part: string,
  kind: DifferenceKind,
  stored: readonly string[],
  now: readonly string[],
  what: string,
): Difference[] {
  const gone = surplus(stored, now)
  const added = surplus(now, stored)
  if (gone.length === 0 && added.length === 0) {
    return stored.join('\0') === now.join('\0')
      ? []
      : [{ part, kind, stored: stored.join(' '), now: now.join(' '), meaning: `${what} in another order` }]
  }
  const join = (words: readonly string[]): string | null => (words.length === 0 ? null : words.join(' '))
  return [
    {
      part,
      kind,
      stored: join(gone),
      now: join(added),
      meaning: `${what}: ${sentence(
        [
          ['no longer', gone],
          ['now', added],
        ],
        Infinity,
      )}`,
    },
  ]
}

/** Names of what was changed, added and removed between two details. */
function changes(
  [stored, now]: [Detail, Detail],
  accepts: (name: string) => boolean = () => true,
): [string, string[]][] {
  const names = [...new Set([...Object.keys(stored), ...Object.keys(now)])].filter(accepts).toSorted()
  return [
    [
      'changed:',
      names.filter(name => stored[name] !== undefined && now[name] !== undefined && stored[name] !== now[name]),
    ],
    ['new:', names.filter(name => stored[name] === undefined)],
    ['gone:', names.filter(name => now[name] === undefined)],
  ]
}

const digests = ({ stored, now }: Pair): Pick<Difference, 'stored' | 'now'> => ({
  stored: valueOf(stored),
  now: valueOf(now),
})

function bothDetails({ stored, now }: Pair, read: DetailReaders): [Detail, Detail] | undefined {
  const before = stored && read.stored(stored)
  const after = now && read.now(now)
  return before === undefined || after === undefined ? undefined : [before, after]
}

/** A digest whose contents may be known. */
function digestDifference(
  part: string,
  kind: DifferenceKind,
  pair: Pair,
  read: DetailReaders,
  what: string,
): Difference[] {
  const details = bothDetails(pair, read)
  const named = details === undefined ? '' : sentence(changes(details))
  return [{ part, kind, ...digests(pair), meaning: named === '' ? what : `${what} (${named})` }]
}

/** Templates are C that everybody can read; the rest of the generator is code. */
function generatorDifferences(pair: Pair, read: DetailReaders): Difference[] {
  const isTemplate = (name: string): boolean => name.startsWith('templates/') || name.startsWith('ffi/')
  const details = bothDetails(pair, read)
  if (details === undefined)
    return [
      {
        part: 'generator',
        kind: 'generator',
        ...digests(pair),
        meaning: "rvr's code generator is another one; which files differ is not recorded",
      },
    ]
  const code = sentence(changes(details, name => !isTemplate(name)))
  const templates = sentence(changes(details, isTemplate))
  return [
    ...(code === ''
      ? []
      : [
          {
            part: 'generator',
            kind: 'generator' as const,
            ...digests(pair),
            meaning: `rvr's code generator is another one (${code})`,
          },
        ]),
    ...(templates === ''
      ? []
      : [
          {
            part: 'generator',
            kind: 'template' as const,
            ...digests(pair),
            meaning: `templates of generated C (${templates})`,
          },
        ]),
  ]
}

function toolDifference(name: string, version: Pair, digest: Pair, read: DetailReaders): Difference {
  const title =
    ({ cc: 'the compiler', ld: 'the linker', make: 'make' } as Record<string, string>)[name] ??
    `program ${name.replace('program-', '')} behind the compiler`
  const part = `tool/${name}`
  const before = valueOf(version.stored)
  const after = valueOf(version.now)
  if (before === null || after === null) {
    return {
      part,
      kind: 'tool',
      stored: before,
      now: after,
      meaning: before === null ? `${title} is new: ${after}` : `${title} is gone: ${before}`,
    }
  }
  const [old, current] = bothDetails(digest, read) ?? []
  const place =
    old?.['path'] === undefined || old['path'] === current?.['path']
      ? ''
      : ` (${old['path']} then, ${current?.['path']} now)`
  if (before !== after)
    return {
      part,
      kind: 'tool',
      stored: before,
      now: after,
      meaning: `${title} has another version: ${before} then, ${after} now${place}`,
    }
  return {
    part,
    kind: 'tool',
    ...digests(digest),
    meaning: `${title} has other contents under the same version, ${after}${place}`,
  }
}

/** One word for each part that stands alone. */
function plainDifference(name: string, pair: Pair, read: DetailReaders): Difference[] {
  const before = valueOf(pair.stored)
  const after = valueOf(pair.now)
  const one = (kind: DifferenceKind, meaning: string): Difference[] => [
    { part: name, kind, stored: before, now: after, meaning },
  ]
  const change = `${quoted(before)} then, ${quoted(after)} now`
  const [group = '', ...rest] = name.split('/')
  const item = rest.join('/')
  switch (group) {
    case 'guest':
      return one('guest', 'the guest file has other contents')
    case 'machine':
      return digestDifference(name, 'machine', pair, read, 'the machine has other chips, widths or limits')
    case 'generator':
      return generatorDifferences(pair, read)
    case 'mode':
      return one(
        'mode',
        item === '' ? `another mode: ${before} then, ${after} now` : `option ${item} of the mode: ${change}`,
      )
    case 'profile':
      return one(
        'profile',
        before === null
          ? 'compiled without a profile then, with one now'
          : after === null
            ? 'compiled with a profile then, without one now'
            : 'the profile has other counts',
      )
    case 'environment':
      return one('environment', `environment variable ${item}: ${change}`)
    case 'host':
      return one('host', item === 'os' ? `another operating system: ${change}` : `another architecture: ${change}`)
    case 'abi':
      return one('abi', `another version of rvr's binary interface: ${before} then, ${after} now`)
    case 'schema':
      return one('other', `keys are made differently: schema ${before} then, ${after} now`)
    case 'extension':
      return one(
        'extension',
        before === null
          ? `file ${item} of an extension is new`
          : after === null
            ? `file ${item} of an extension is gone`
            : `file ${item} of an extension has other contents`,
      )
    case 'target':
      if (item === 'features')
        return listDifference(
          name,
          'cpu-feature',
          before?.split(' ').filter(Boolean) ?? [],
          after?.split(' ').filter(Boolean) ?? [],
          'features that the CPU must have',
        )
      if (item === 'facts') return digestDifference(name, 'target', pair, read, 'what the compiler knows about the CPU')
      return one('target', `another CPU to compile for: ${before} then, ${after} now`)
    case 'input':
      if (item === 'extensions') return digestDifference(name, 'extension', pair, read, 'the extensions are others')
      if (item === 'abi') return one('abi', `another ABI of the guest: ${before} then, ${after} now`)
      return one('other', `${item}: ${change}`)
    default:
      return one('other', `${name}: ${change}`)
  }
}

/** Parts of lists: `<list>/count` and `<list>/000` … */
const LISTS: readonly { readonly name: string; readonly kind: DifferenceKind; readonly what: string }[] = [
  { name: 'flags/compile', kind: 'flag', what: 'compile flags' },
  { name: 'flags/link', kind: 'flag', what: 'link flags' },
  { name: 'make', kind: 'make-argument', what: 'arguments of make' },
]
const isOfList = (list: string, part: KeyPart): boolean =>
  part.name.startsWith(`${list}/`) && /^(count|\d+)$/.test(part.name.slice(list.length + 1))

/** What differs between the parts of a stored key and those of the key that is looked for. */
export function differencesOf(stored: readonly KeyPart[], now: readonly KeyPart[], read: DetailReaders): Difference[] {
  const found: Difference[] = LISTS.flatMap(({ name, kind, what }) => {
    const words = (parts: readonly KeyPart[]): string[] =>
      parts.filter(part => isOfList(name, part) && !part.name.endsWith('/count')).map(part => part.value)
    return listDifference(name, kind, words(stored), words(now), what)
  })
  const before = new Map(stored.map(part => [part.name, part]))
  const after = new Map(now.map(part => [part.name, part]))
  const pair = (name: string): Pair => ({ stored: before.get(name), now: after.get(name) })
  const same = (a: KeyPart | undefined, b: KeyPart | undefined): boolean =>
    a?.type === b?.type && a?.value === b?.value && a?.bytes === b?.bytes
  const tools = new Set<string>()
  for (const name of [...new Set([...before.keys(), ...after.keys()])].toSorted()) {
    const { stored: old, now: current } = pair(name)
    if (same(old, current) || LISTS.some(list => isOfList(list.name, (old ?? current)!))) continue
    const tool = /^tool\/(.+)\/(digest|version)$/.exec(name)?.[1]
    if (tool === undefined)
      for (const difference of plainDifference(name, { stored: old, now: current }, read)) found.push(difference)
    else tools.add(tool)
  }
  for (const tool of tools)
    found.push(toolDifference(tool, pair(`tool/${tool}/version`), pair(`tool/${tool}/digest`), read))
  return found
}
