/** What a verifying key says, read from its archive: as much as shapes, sizes and people need. */
import type { Archive } from '../archive/archive.ts'
import type { ArchiveFlaw } from '../archive/fault.ts'
import { limits } from './limits.ts'
import { sets, setNames, type Parameters, type ProofSet } from './parameters.ts'
import type { Role, Start } from './flat-system.ts'

/** An AIR of a key. */
export interface KeyAir {
  readonly isRequired: boolean
  readonly readsMainNext: boolean
  readonly readsFixedNext: boolean
  readonly mainWidth: number
  readonly fixedWidth: number
  readonly publics: number
  /** Of the fixed columns; both undefined where there are none. */
  readonly tree: number | undefined
  readonly fixedLogHeight: number | undefined
  readonly maxLogHeight: number
  /** Polynomials that its quotient is cut into, 1 or 2. */
  readonly quotients: number
  readonly nodes: number
  readonly constraints: number
  /** For each, the sum of weights by bus, and the most fields of a message. */
  readonly interactions: number
  readonly mostFields: number
  readonly chunks: number
  readonly degree: number
}

export interface KeyFacts {
  readonly parameters: Parameters
  /** The name of the parameters; undefined where no set has them. */
  readonly set: ProofSet | undefined
  readonly maxLogHeight: number
  readonly buses: number
  readonly trees: number
  readonly airs: readonly KeyAir[]
  readonly roles: readonly Role[]
  readonly starts: readonly Start[]
}

const sections = { parameters: 0x201, airs: 0x202, interactions: 0x205, roots: 0x207, roles: 0x208, starts: 0x209 }
const PARAMETER_WORDS = 16
const AIR_WORDS = 16
const INTERACTION_WORDS = 8
const ROLE_WORDS = 4
const PROTOCOL = 1
const ABSENT = 0xffffffff

type Word = (index: number, most: number, least?: number) => number

/** Reads words of an element, each within bounds. @throws RvrError `ARCHIVE_INVALID`, layer 4 */
function wordsAt(archive: Archive, kind: number, start: number): Word {
  const words = archive.words(kind)
  return (index, most, least = 0) => {
    const found = words[start + index]!
    if (found >= least && found <= most) return found
    const wanted = `${least} to ${most}`
    const fault: { layer: 4; what: ArchiveFlaw } = { layer: 4, what: 'value' }
    const at = 4 * (start + index)
    throw archive.invalid(kind, { ...fault, at, found, wanted }, `word ${start + index} is ${found}, wanted ${wanted}`)
  }
}

function parametersOf(word: Word): Parameters {
  const work = (index: number): number => word(index, 30)
  return {
    logBlowUp: word(1, 3, 1),
    logFinal: word(2, 10),
    logArity: word(3, 3, 1),
    queries: word(4, 512, 1),
    work: { lookup: work(5), zeta: work(6), batch: work(7), fold: work(8), query: work(9) },
  }
}

export function setOf(parameters: Parameters): ProofSet | undefined {
  const same = (one: object, other: object): boolean =>
    Object.entries(one).every(([name, value]) => {
      const others = (other as Record<string, unknown>)[name]
      return typeof value === 'object' ? same(value as object, others as object) : value === others
    })
  return setNames.find(name => same(sets[name], parameters))
}

function airOf(word: Word, maxLogHeight: number, mostFieldsOf: (start: number, count: number) => number): KeyAir {
  const flags = word(0, 7)
  const fixedWidth = word(2, limits.width)
  const tree = fixedWidth > 0 ? word(4, limits.trees - 1) : undefined
  const interactions = word(13, limits.list)
  return {
    isRequired: (flags & 1) !== 0,
    readsMainNext: (flags & 2) !== 0,
    readsFixedNext: (flags & 4) !== 0,
    mainWidth: word(1, limits.width),
    fixedWidth,
    publics: word(3, limits.publics),
    tree,
    fixedLogHeight: tree === undefined ? undefined : word(5, maxLogHeight),
    maxLogHeight: word(6, maxLogHeight),
    quotients: word(7, 2, 1),
    nodes: word(9, ABSENT),
    constraints: word(11, ABSENT),
    interactions,
    mostFields: mostFieldsOf(word(12, ABSENT), interactions),
    chunks: word(14, interactions),
    degree: word(15, 3),
  }
}

/**
 * What is read stays within the archive and within the limits of keys; whether the key is one that proofs can be
 * verified by, the verifier checks.
 *
 * @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4
 */
export function keyFacts(archive: Archive): KeyFacts {
  const expect = (kind: number, found: number, wanted: number, what: string): void => {
    if (found === wanted) return
    throw archive.invalid(kind, { layer: 3, what: 'shape', found, wanted }, `it has ${found} ${what}, wanted ${wanted}`)
  }
  const countOf = (kind: number): number => archive.section(kind).count
  expect(sections.parameters, countOf(sections.parameters), PARAMETER_WORDS, 'words of parameters')
  const word = wordsAt(archive, sections.parameters, 0)
  word(0, PROTOCOL, PROTOCOL)
  const maxLogHeight = word(10, limits.logHeight)
  expect(sections.airs, countOf(sections.airs), word(12, limits.airs, 1), 'AIRs')
  expect(sections.roots, countOf(sections.roots), word(13, limits.trees), 'roots')
  const all = countOf(sections.interactions)
  const mostFieldsOf = (start: number, count: number): number => {
    if (start + count > all) expect(sections.interactions, all, start + count, 'interactions')
    let most = 0
    for (let at = start; at < start + count; at++)
      most = Math.max(most, wordsAt(archive, sections.interactions, INTERACTION_WORDS * at)(5, limits.messageFields))
    return most
  }
  const each = <Item>(kind: number, width: number, of: (word: Word) => Item): Item[] =>
    Array.from({ length: countOf(kind) }, (_, index) => of(wordsAt(archive, kind, width * index)))
  const parameters = parametersOf(word)
  return {
    parameters,
    set: setOf(parameters),
    maxLogHeight,
    buses: word(11, limits.buses),
    trees: countOf(sections.roots),
    airs: each(sections.airs, AIR_WORDS, of => airOf(of, maxLogHeight, mostFieldsOf)),
    roles: each(sections.roles, ROLE_WORDS, of => {
      return {
        role: of(0, limits.role),
        air: of(1, limits.airs),
        first: of(2, limits.publics),
        count: of(3, limits.publics),
      }
    }),
    starts: each(sections.starts, ROLE_WORDS, of => ({
      role: of(0, limits.role),
      index: of(1, limits.publics),
      value: of(2, ABSENT),
    })),
  }
}
