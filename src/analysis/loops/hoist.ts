/** Checks of a loop's accesses that can stand in front of it, because the addresses move evenly. */
import { learn, reached, type Facts } from '../facts.ts'
import { sameTerms, SLOTS, type Affine } from './affine.ts'
import type { FastLoop, Place } from './fast-loop.ts'
import { strideOf, type Assumptions, type HoistedCheck, type Stride } from './strides.ts'
import type { Site } from './walk.ts'

/** Strides beyond this would let a chunk leave memory where the loop does not. */
const MOST_STRIDE = 1024
const MOST_OFFSET = 2 ** 26

export interface Hoisted extends Pick<FastLoop, 'hoisted' | 'covered'> {
  /** Does the test in front of the loop cover every access? */
  readonly all: boolean
}

/** An access whose address moves evenly, and the bytes from its base register's value to its own end. */
interface EvenSite {
  readonly site: Site
  readonly address: Affine
  readonly stride: Stride
  readonly low: number
  readonly high: number
}

interface Group extends Pick<EvenSite, 'address' | 'stride'> {
  low: number
  high: number
  readonly members: EvenSite[]
}

const isNear = ({ constant }: Affine): boolean => Math.abs(constant) < MOST_OFFSET

function asEven(site: Site, strides: readonly (Stride | undefined)[], assumptions: Assumptions): EvenSite | undefined {
  const { address, base, width } = site
  if (address === undefined || address.terms.length === 0 || !isNear(address)) return undefined
  const stride = strideOf(address, strides, assumptions)
  if (stride === undefined || Math.abs(stride.constant) > MOST_STRIDE) return undefined
  if (base === undefined || !isNear(base)) return undefined
  const low = Math.min(address.constant, base.constant)
  const high = Math.max(address.constant, base.constant) + width
  return { site, address, stride, low, high }
}

/**
 * One check for all accesses whose addresses have the same terms. The base registers' own values are covered too, so
 * that no sum of base and offset wraps around. `blocks`: the loop's, by position. What has to hold is added to
 * `assumptions`.
 */
export function hoist(
  sites: readonly Site[],
  strides: readonly (Stride | undefined)[],
  blocks: readonly number[],
  assumptions: Assumptions,
): Hoisted {
  const groups: Group[] = []
  let all = true
  for (const site of sites) {
    const even = asEven(site, strides, assumptions)
    if (even === undefined) {
      all = false
      continue
    }
    const { address, stride, low, high } = even
    const group = groups.find(other => sameTerms(other.address, address))
    if (group === undefined) groups.push({ address, stride, low, high, members: [even] })
    else {
      group.low = Math.min(group.low, low)
      group.high = Math.max(group.high, high)
      group.members.push(even)
    }
  }
  const covered = new Map(blocks.map(position => [position, new Map<number, Place>()]))
  const hoisted = groups.map(({ address: { terms }, stride, low, high, members }, check): HoistedCheck => {
    // As far as any check reaches, so that what the slow copy proves for the code behind the loop holds behind the fast
    // one too.
    const range = reached(terms[0]!.register, low, high)
    for (const { site, address } of members)
      covered.get(site.block)!.set(site.index, { check, offset: address.constant - range.low })
    return { terms, stride, ...range }
  })
  return { hoisted, covered: blocks.map(position => covered.get(position)!), all }
}

/** Adds what the test in front of the loop proves at the header of every iteration. */
export function learnHoisted(facts: Facts, { hoisted }: FastLoop): void {
  for (const { terms, low, high } of hoisted) {
    if (terms.length === 1 && terms[0]!.coefficient === 1 && terms[0]!.register < SLOTS)
      learn(facts, { register: terms[0]!.register, low, high })
  }
}
