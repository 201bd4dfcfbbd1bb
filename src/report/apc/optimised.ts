/** Answers of `rvr apc`: what an optimiser left of a constraint system. */
import { gzipSync } from 'node:zlib'
import { shippedAirs } from '../../air/load.ts'
import type { Finding } from '../../apc/check/attack.ts'
import { verify, type Verified, type VerifyEffort } from '../../apc/check/verify.ts'
import { readInterchange } from '../../apc/interchange/read.ts'
import { writeInterchange } from '../../apc/interchange/write.ts'
import { optimise } from '../../apc/optimise/optimise.ts'
import { sizeOf, type Size } from '../../air/system.ts'
import { RvrError } from '../../errors.ts'
import type { Answer } from '../answer.ts'
import { table } from '../form/table.ts'
import { grouped } from '../form/units.ts'

export interface OptimisedFile {
  readonly answer: Answer
  /** The system that is left, as an interchange file; in gzip if that is asked for. */
  file(isPacked: boolean): Uint8Array
}

/** What `--verify` does: as much as takes a few seconds for most blocks. */
const EFFORT: VerifyEffort = { executions: 200, attacked: 2 }

/**
 * Optimises a constraint system.
 *
 * @param bytes an interchange file
 * @param isVerified whether the result is checked against the block's own system
 * @throws RvrError `INPUT_INVALID`; `CHECK_DIVERGED` where the check finds something
 */
export function optimisedFile(bytes: Uint8Array, isVerified = false): OptimisedFile {
  const { blocks, system } = readInterchange(bytes)
  const { system: left, eliminated } = optimise(system)
  const verified = isVerified ? verification({ blocks, before: system, after: left, eliminated }) : undefined
  const [before, after] = [sizeOf(system), sizeOf(left)]
  const instructions = blocks.reduce((sum, each) => sum + each.instructions.length, 0)
  return {
    answer: { json: { instructions, before, after, verified }, text: textOf(before, after, verified) },
    file: isPacked => {
      const text = `${writeInterchange({ blocks, system: left })}\n`
      return isPacked ? gzipSync(text) : Buffer.from(text)
    },
  }
}

interface Tried {
  /** Executions that satisfy the block's system, and what is left of it. */
  readonly executions: number
  /** Changed rows that what is left accepts, and a row of the block stands behind. */
  readonly changed: number
}

/** Interchange files are of RV32. */
function verification(checked: Omit<Verified, 'machine'>): Tried {
  const machine = { xlen: 32, set: shippedAirs(32) } as const
  const { executions, accepted, findings } = verify({ ...checked, machine }, EFFORT)
  if (findings.length === 0) return { executions, changed: accepted }
  const [{ column, reason }] = findings as readonly [Finding]
  throw new RvrError('CHECK_DIVERGED', `the optimised system is not the block's: ${reason} (column ${column})`, {
    hint: 'That is a defect in rvr: please report it with the file.',
    details: { findings },
  })
}

function textOf(before: Size, after: Size, verified: Tried | undefined): string {
  const names: readonly (keyof Size)[] = ['columns', 'interactions', 'constraints']
  const rows = names.map(name => [name, grouped(before[name]), grouped(after[name])])
  const sizes = table([['', 'before', 'after'], ...rows], 'lrr')
  if (verified === undefined) return sizes
  const { executions, changed } = verified
  return `${sizes}verified: ${grouped(executions)} executions, ${grouped(changed)} changed rows\n`
}
