/** How many bits of security a proof has, site by site: a forger's chance at one try is 2^-bits at most. */
import { P } from '../air/field.ts'
import type { KeyFacts } from './key-facts.ts'
import type { Parameters } from './parameters.ts'
import { shapeOf, type LogHeights } from './shape.ts'

/** What bits depend on besides the parameters. */
export interface ProofSize {
  /** Logarithms of the highest table and of the lowest. */
  readonly logHeight: number
  readonly leastLogHeight: number
  /** Rows of all tables, each as often as it has interactions. */
  readonly messages: number
  /** The most fields of a message. */
  readonly fields: number
  /** Values that are opened. */
  readonly openings: number
  /** Rows of all tables. */
  readonly rows: number
  readonly constraints: number
}

/** Where a forger might be lucky. */
export const sites = ['lookup', 'compose', 'zeta', 'batch', 'fold', 'query', 'hash'] as const
export type Site = (typeof sites)[number]
export type SiteBits = Readonly<Record<Site, number>>

/** Bits by what they rest on. */
export interface Security {
  /** That words are as hard to correct as random ones: a conjecture (ePrint 2025/2010). */
  readonly conjectured: SiteBits
  /** Proved, within the radius of unique decoding. */
  readonly unique: SiteBits
  /** Proved, up to the Johnson bound (ePrint 2025/2055); undefined where a table is too low for that. */
  readonly johnson: SiteBits | undefined
}

/** Of an extension's element. */
const FIELD_BITS = 4 * Math.log2(P)
const HASH_BITS = 128
/** Of the lowest table that the Johnson bound is claimed of. */
const LEAST_LOG_HEIGHT = 4
/** Multiplicities that are tried; larger ones are worth less than a fifth of a bit. */
const [LEAST_MULTIPLICITY, MOST_MULTIPLICITY] = [3, 200]

export const leastBits = (bits: SiteBits): number =>
  sites.reduce((least, site) => Math.min(least, bits[site]), Infinity)

/** @param losses bits that a list of candidates takes off the sites that come before the batch; and what replaces D */
function bitsWith(
  { work, queries, logArity }: Parameters,
  size: ProofSize,
  { perQuery, list, exceptions }: { perQuery: number; list: number; exceptions: { batch: number; fold: number } },
): SiteBits {
  const { messages, fields, openings, rows, constraints } = size
  const lost = FIELD_BITS - Math.log2(list)
  return {
    lookup: lost - Math.log2(Math.max(1, messages * (fields + 2))) + work.lookup,
    compose: lost - Math.log2(Math.max(1, constraints)),
    zeta: lost - Math.log2(4 * rows) + work.zeta,
    batch: FIELD_BITS - Math.log2(Math.max(1, openings - 1) * exceptions.batch) + work.batch,
    fold: FIELD_BITS - Math.log2((2 ** logArity - 1) * exceptions.fold) + work.fold,
    query: queries * perQuery + work.query,
    hash: HASH_BITS,
  }
}

function johnson(parameters: Parameters, size: ProofSize): SiteBits {
  const rate = 2 ** -parameters.logBlowUp
  const root = Math.sqrt(rate)
  const domain = 2 ** (size.logHeight + parameters.logBlowUp)
  let best: SiteBits | undefined
  for (let m = LEAST_MULTIPLICITY; m <= MOST_MULTIPLICITY; m++) {
    const close = root * (1 + 1 / (2 * m))
    const list = (m + 0.5) / root
    const exceptions = ((2 * (m + 0.5) ** 5 + 3 * (m + 0.5) * (1 - close) * rate) / (3 * rate * root)) * domain + list
    const bits = bitsWith(parameters, size, {
      perQuery: -Math.log2(close),
      list,
      exceptions: { batch: exceptions, fold: exceptions },
    })
    if (best === undefined || leastBits(bits) > leastBits(best)) best = bits
  }
  return best!
}

export function securityOf(parameters: Parameters, size: ProofSize): Security {
  const { logBlowUp } = parameters
  const rate = 2 ** -logBlowUp
  const domain = 2 ** (size.logHeight + logBlowUp)
  const slack = ((Math.LOG2E + logBlowUp) * rate) / FIELD_BITS
  const exceptions = { batch: domain, fold: domain + 1 }
  const within = (perQuery: number): SiteBits => bitsWith(parameters, size, { perQuery, list: 1, exceptions })
  return {
    conjectured: within(-Math.log2(rate + slack)),
    unique: within(-Math.log2((1 + rate) / 2)),
    johnson: size.leastLogHeight < LEAST_LOG_HEIGHT ? undefined : johnson(parameters, size),
  }
}

/** The size of a proof of tables with these heights. */
export function proofSize(key: KeyFacts, heights: LogHeights): ProofSize {
  const { logHeight, counts } = shapeOf(key, heights)
  let [messages, rows, constraints, fields, leastLogHeight] = [0, 0, 0, 0, Infinity]
  for (const [index, air] of key.airs.entries()) {
    const own = heights[index]
    if (own === undefined) continue
    rows += 2 ** own
    leastLogHeight = Math.min(leastLogHeight, own)
    messages += 2 ** own * air.interactions
    constraints += air.constraints + air.chunks
    fields = Math.max(fields, air.mostFields)
  }
  return { logHeight, leastLogHeight, messages, fields, openings: counts.get(0x107)!, rows, constraints }
}
