/** Checks an optimised system against the block's own: by executions, and by attacks on their rows. */
import { RvrError } from '../../errors.ts'
import type { Block, System } from '../../air/system.ts'
import { Attack, type Eliminated, type Finding } from './attack.ts'
import { execution, type Execution, type InstructionSet } from './executions.ts'
import { instructionsOf } from './instructions.ts'
import { randomSource } from './random.ts'
import { SystemChecker, isAccepted, widthOf, type Row, type Verdict } from './verdict.ts'
import { withDerived } from './witness.ts'

export interface Verified {
  readonly machine: InstructionSet
  readonly blocks: readonly Block[]
  readonly before: System
  readonly after: System
  readonly eliminated: readonly Eliminated[]
}

export interface VerifyEffort {
  /** Random executions that go through the block. */
  readonly executions: number
  /** Of those, how many rows are attacked. */
  readonly attacked: number
}

export interface Verification {
  /** Executions whose rows were tried. */
  readonly executions: number
  /** Changed rows that the optimised system accepted: behind each a row of the block was looked for. */
  readonly accepted: number
  /** Rows that it refuses, or accepts, and should not. */
  readonly findings: readonly Finding[]
}

/** Executions that are tried for one that goes through the block. */
const PATIENCE = 50
const ENOUGH = 10

/**
 * Testing, no proof: what it finds is wrong, and what it does not find may be.
 *
 * @throws RvrError `INPUT_INVALID` where the block cannot be executed, or hardly ever goes that way
 */
export function verify(verified: Verified, { executions, attacked }: VerifyEffort): Verification {
  const { machine, blocks, before, after, eliminated } = verified
  const instructions = instructionsOf(machine, blocks)
  const [original, optimised] = [new SystemChecker(before), new SystemChecker(after)]
  const width = Math.max(widthOf(before), widthOf(after))
  const attack = new Attack({ before, after, eliminated })
  const findings: Finding[] = []
  let [tried, accepted] = [0, 0]
  for (let seed = 1; tried < executions && seed <= executions * PATIENCE && findings.length < ENOUGH; seed++) {
    const { rows, isStraight } = execution(machine, instructions, seed)
    if (!isStraight) continue
    const row = withDerived(before, rowOf(before, rows, width))
    const wanted = original.verdict(row)
    if (!isAccepted(wanted)) continue
    const own = withDerived(after, row)
    const found = optimised.verdict(own)
    if (!isAccepted(found) || found.effect !== wanted.effect) findings.push(refusal(found))
    else if (tried < attacked) {
      const result = attack.run(own, randomSource(seed))
      accepted += result.accepted
      for (const each of result.findings) findings.push(each)
    }
    tried++
  }
  if (tried > 0) return { executions: tried, accepted, findings }
  throw new RvrError('INPUT_INVALID', 'no execution satisfies the system of the block, so nothing can be checked', {
    hint: 'The file may be of other AIRs, or the block hardly ever goes that way.',
  })
}

/** Cells by where they come from. @throws RvrError `INPUT_INVALID` */
function rowOf({ columns, derived }: System, rows: Execution['rows'], width: number): Row {
  const row = new Float64Array(width)
  const isDerived = new Set(derived.map(({ column }) => column))
  for (const { id, name, origin } of columns) {
    const value = origin && rows[origin.instruction]?.[origin.column]
    if (value !== undefined) row[id] = value
    else if (!isDerived.has(id))
      throw new RvrError('INPUT_INVALID', `nothing says what the column ${name} is in an execution`, {
        hint: 'subs[i] of the file names the columns of instruction i.',
      })
  }
  return row
}

function refusal({ broken, outside }: Verdict): Finding {
  if (broken !== undefined) return { column: 'none', reason: `an execution breaks constraint ${broken}` }
  const reason = outside === undefined ? 'an execution has another effect' : `an execution sends message ${outside}`
  return { column: 'none', reason }
}
