/** Errors of keys and proofs that the verifier rejects: at which step, what is wrong, and where. */
import { RvrError } from '../../errors.ts'
import { hexText } from '../../hex.ts'
import type { ProofFault } from '../../load/stark-fault.ts'

/** What is wrong, in words: goes on behind a name. */
const words: Readonly<Record<ProofFault['what'], string>> = {
  archive: 'is no archive of its content',
  key: 'was made for another key',
  height: 'has a table of a height that the key does not allow',
  missing: 'lacks a table that every proof has',
  empty: 'has no table',
  rows: 'has more rows than the sums of its buses can tell apart',
  count: 'has a section of another length than its tables say',
  element: 'has a word that is no field element',
  public: 'has another public value than was expected',
  work: 'has a nonce that shows no work',
  point: 'comes to a point that is not allowed',
  sums: 'has buses that do not balance',
  constraints: 'does not fulfil the constraints of a table',
  padding: 'has something in the padding of a leaf',
  path: 'has rows that are not those that it commits to',
  fold: 'has a fold that does not follow from the one before',
  final: 'has another final polynomial than its folds lead to',
  roles: 'is of a key that does not say what connects segments',
  start: 'does not begin where runs of the guest do',
  pc: 'does not begin where the segment before ended',
  root: "does not begin with the segment before's memory",
  last: 'is not the last one, or others follow behind the last',
  exit: 'has an exit code above 255',
  parameter: 'has a parameter that is not allowed',
  air: 'has an AIR that is not allowed',
  range: 'has ranges that do not tile their section',
  flags: 'has flags of an AIR that contradict it',
  degree: 'has a degree that contradicts its nodes',
  node: 'has a node that is none',
  constraint: 'has a constraint that is none',
  interaction: 'has an interaction that is none',
  chunk: 'has interactions in other chunks than they belong to',
  field: 'has a field that is none',
  tree: 'has trees of fixed columns that contradict its AIRs',
  role: 'has a role that is none',
  xlen: 'is of a guest whose registers have neither 32 nor 64 bits',
  opening: 'has public values that are not those of the memory that the run ends with',
  'start-value': 'has a start that is none',
}

const detailsOf = ({ step, what, section, at, query, segment, archive }: ProofFault) => ({
  step,
  what,
  section: section === undefined ? undefined : hexText(section),
  at,
  query,
  segment,
  archive,
})

function placeText({ section, at, query, segment }: ProofFault): string {
  const parts = [
    section === undefined ? '' : `section ${hexText(section)}`,
    at === undefined ? '' : `place ${at}`,
    query === undefined ? '' : `query ${query}`,
    segment === undefined ? '' : `segment ${segment}`,
  ].filter(part => part !== '')
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

/** The error `PROOF_INVALID`; `details` is {file, step, what, section, at, query, segment, archive}. */
export function proofInvalid(file: string, fault: ProofFault): RvrError {
  const text = `${file} ${words[fault.what]}${placeText(fault)}: rejected at step ${fault.step}`
  const ofProof = 'It proves nothing: take proofs from whoever made them anew, and the key of the very guest.'
  const ofValues = 'Believe none of the values: take the file that was written beside the very proofs.'
  return new RvrError('PROOF_INVALID', text, {
    hint: fault.step === 'public-values' ? ofValues : ofProof,
    details: { file, ...detailsOf(fault) },
  })
}

/** The error `KEY_INVALID`; `details` as those of a proof. */
export function keyInvalid(fault: ProofFault): RvrError {
  return new RvrError('KEY_INVALID', `the key ${words[fault.what]}${placeText(fault)}`, {
    hint: 'Make it anew: rvr vkey GUEST -o FILE.',
    details: detailsOf(fault),
  })
}
