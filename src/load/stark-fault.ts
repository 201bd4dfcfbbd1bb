/** Why a key or a proof is rejected, as the verifier in C says it (`ffi/stark/fault.h`). */

/** The verifier's steps, in order. `chain`: of a run's segments; `key`: of a key; `public-values`: of a run. */
export const proofSteps = [
  'archive',
  'shape',
  'elements',
  'transcript',
  'sums',
  'constraints',
  'claims',
  'paths',
  'values',
  'folds',
  'chain',
  'key',
  'public-values',
] as const
export type ProofStep = (typeof proofSteps)[number]

/** What is wrong, in the order of the C's numbers. */
export const proofFlaws = [
  'archive',
  'key',
  'height',
  'missing',
  'empty',
  'rows',
  'count',
  'element',
  'public',
  'work',
  'point',
  'sums',
  'constraints',
  'padding',
  'path',
  'fold',
  'final',
  'roles',
  'start',
  'pc',
  'root',
  'last',
  'exit',
  'parameter',
  'air',
  'range',
  'flags',
  'degree',
  'node',
  'constraint',
  'interaction',
  'chunk',
  'field',
  'tree',
  'role',
  'start-value',
  'xlen',
  'opening',
] as const
export type ProofFlaw = (typeof proofFlaws)[number]

/** What is wrong with an archive (`templates/archive/archive.h`). */
export const archiveFlaws = [
  'length',
  'magic',
  'version',
  'content',
  'total',
  'flags',
  'sections',
  'table',
  'kind',
  'size',
  'reserved',
  'offset',
  'count',
  'end',
  'padding',
  'digest',
] as const
export type ArchiveFlaw = (typeof archiveFlaws)[number]

export interface ProofFault {
  readonly step: ProofStep
  readonly what: ProofFlaw
  /** Kind of the archive's section, such as 0x107. */
  readonly section?: number | undefined
  /** Place of what it is about: an AIR, a tree, a round, a word, as `fault.h` has it for each. */
  readonly at?: number | undefined
  /** Of the proof's queries. */
  readonly query?: number | undefined
  /** Of the run. */
  readonly segment?: number | undefined
  /** Where the archive is what is wrong: layer, flaw and byte. */
  readonly archive?: { readonly layer: number; readonly flaw: ArchiveFlaw; readonly offset: number } | undefined
}

/** Words of `struct stark_fault`. */
export const FAULT_WORDS = 10
const NOWHERE = 0xffffffff

const placeOf = (word: number): number | undefined => (word === NOWHERE ? undefined : word)

export function faultOf(words: Uint32Array): ProofFault {
  const [step, flaw, section, at, query, segment, layer, , low, high] = words as unknown as number[]
  const what = proofFlaws[flaw! - 1]!
  const isOfArchive = what === 'archive'
  return {
    step: proofSteps[step! - 1]!,
    what,
    section: section === 0 ? undefined : placeOf(section!),
    at: isOfArchive ? undefined : placeOf(at!),
    query: placeOf(query!),
    segment: placeOf(segment!),
    archive: isOfArchive ? { layer: layer!, flaw: archiveFlaws[at! - 1]!, offset: high! * 2 ** 32 + low! } : undefined,
  }
}
