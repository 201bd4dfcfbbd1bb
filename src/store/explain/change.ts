/** A part of a key as it was and as it is, with the words to say so. */
import type { KeyPart } from '../digest.ts'
import type { Difference } from './difference.ts'
import type { Detail } from './details.ts'

export type DetailReader = (part: KeyPart) => Detail | undefined

/** What both sides have of a group, and what they know of the contents of its digests. */
export interface Sides {
  readonly stored: readonly KeyPart[]
  readonly now: readonly KeyPart[]
  readonly read: { readonly stored: DetailReader; readonly now: DetailReader }
}

/** Files, macros and the like in a sentence at most. */
const NAMED = 6

const valueOf = (part: KeyPart | undefined): string | null =>
  part === undefined || part.type === 'absent' ? null : part.value

function quoted(value: string | null): string {
  if (value === null) return 'unset'
  return value === '' ? 'empty' : JSON.stringify(value)
}

const listed = (names: readonly string[], limit: number): string =>
  names.length <= limit ? names.join(', ') : `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`

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

export class Change {
  /** Name of the part or group. */
  readonly part: string
  /** What stands behind the description's own name and a slash; empty where the part is the description's whole. */
  readonly item: string
  readonly #sides: Sides

  constructor(part: string, item: string, sides: Sides) {
    this.part = part
    this.item = item
    this.#sides = sides
  }

  /** The value that was stored; null: none, unset. Of a group: of its first part. */
  get before(): string | null {
    return valueOf(this.#sides.stored[0])
  }

  /** The value now. */
  get after(): string | null {
    return valueOf(this.#sides.now[0])
  }

  /** `"a" then, "b" now`, for values that may be unset or empty. */
  get values(): string {
    return `${quoted(this.before)} then, ${quoted(this.after)} now`
  }

  /** One part of a group, by what stands behind the group's name and a slash. */
  member(name: string): Change {
    const whole = `${this.part}/${name}`
    const only = (parts: readonly KeyPart[]): readonly KeyPart[] => parts.filter(part => part.name === whole)
    const { stored, now, read } = this.#sides
    return new Change(whole, name, { stored: only(stored), now: only(now), read })
  }

  /** What is known of the contents behind the digest, of both sides; undefined unless it is of both. */
  get details(): readonly [before: Detail, after: Detail] | undefined {
    const { stored, now, read } = this.#sides
    const before = stored[0] && read.stored(stored[0])
    const after = now[0] && read.now(now[0])
    return before === undefined || after === undefined ? undefined : [before, after]
  }

  /** Names of what was changed, added and removed behind the digest, in words; empty where none is known. */
  namesOfDetails(accepts: (name: string) => boolean = () => true): string {
    if (this.details === undefined) return ''
    const [before, after] = this.details
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(accepts).toSorted()
    const isNew = (name: string): boolean => before[name] === undefined
    const isGone = (name: string): boolean => after[name] === undefined
    return sentence([
      ['changed:', names.filter(name => !isNew(name) && !isGone(name) && before[name] !== after[name])],
      ['new:', names.filter(isNew)],
      ['gone:', names.filter(isGone)],
    ])
  }

  /** The difference as one sentence. */
  says<Kind extends string>(kind: Kind, meaning: string): Difference<Kind>[] {
    return [{ part: this.part, kind, stored: this.before, now: this.after, meaning }]
  }

  /** A digest whose contents may be known: what they are, and which of them differ. */
  saysContents<Kind extends string>(kind: Kind, what: string): Difference<Kind>[] {
    const names = this.namesOfDetails()
    return this.says(kind, names === '' ? what : `${what} (${names})`)
  }

  /** A group of numbered parts `<group>/000` …, which are the words of a list. */
  saysList<Kind extends string>(kind: Kind, what: string): Difference<Kind>[] {
    const words = (parts: readonly KeyPart[]): string[] =>
      parts.filter(({ name }) => /^\d+$/.test(name.slice(this.part.length + 1))).map(({ value }) => value)
    return this.saysWords(kind, what, [words(this.#sides.stored), words(this.#sides.now)])
  }

  /** Words in an order: which of them are no longer there, and which are now. */
  saysWords<Kind extends string>(
    kind: Kind,
    what: string,
    [stored, now]: readonly [string[], string[]],
  ): Difference<Kind>[] {
    const gone = surplus(stored, now)
    const added = surplus(now, stored)
    const joined = (words: readonly string[]): string | null => (words.length === 0 ? null : words.join(' '))
    if (gone.length === 0 && added.length === 0) {
      const meaning = `${what} in another order`
      return [{ part: this.part, kind, stored: joined(stored), now: joined(now), meaning }]
    }
    const clauses: [string, string[]][] = [
      ['no longer', gone],
      ['now', added],
    ]
    const meaning = `${what}: ${sentence(clauses, Infinity)}`
    return [{ part: this.part, kind, stored: joined(gone), now: joined(added), meaning }]
  }
}
