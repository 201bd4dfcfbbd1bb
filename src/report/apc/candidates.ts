/** Answers of `rvr apc generate` and `select`: candidates in their order, and what became of the others. */
import type { Candidate, FailedCandidate, GenerateCounts } from '../../apc/candidates/candidates.ts'
import { hexText } from '../../hex.ts'
import type { ApcCandidates } from '../../sdk/apc/contract.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { Answer } from '../answer.ts'
import { line, table } from '../form/table.ts'
import { count, grouped } from '../form/units.ts'

export function candidatesAnswer(
  { path, digest }: Pick<Guest, 'path' | 'digest'>,
  { pgo, counts, ranked, failed, cache }: ApcCandidates,
): Answer {
  return {
    json: {
      guest: { path, digest },
      pgo,
      counts,
      candidates: ranked.map(candidateJson),
      failed: failed.map(each => ({ ...each, starts: each.starts.map(hexText) })),
      cache,
    },
    text: `${countsText(pgo, counts)}${rankedText(ranked)}${failedText(failed)}`,
  }
}

const instructionsOf = ({ blocks }: Candidate): number =>
  blocks.reduce((sum, { instructions }) => sum + instructions.length, 0)

const savedBy = ({ costBefore, costAfter, executions }: Candidate): bigint =>
  BigInt(costBefore - costAfter) * BigInt(executions)

function candidateJson(candidate: Candidate): object {
  const { blocks, executions, costBefore, costAfter, before, after } = candidate
  return {
    starts: blocks.map(({ start }) => hexText(start)),
    instructions: instructionsOf(candidate),
    executions,
    costBefore,
    costAfter,
    saved: savedBy(candidate),
    before,
    after,
  }
}

function countsText(pgo: string, counts: GenerateCounts): string {
  const { blocks, executed, belowCutoff, tooLong, built, passedOver } = counts
  const left = [
    [belowCutoff, 'executed too seldom'],
    [tooLong, 'too long'],
    [passedOver, 'in no place'],
  ] as const
  const reasons = left.filter(([number]) => number > 0).map(([number, why]) => `, ${grouped(number)} ${why}`)
  const considered = `${grouped(executed)} considered, ${grouped(built)} built${reasons.join('')}`
  return line('ranked by', pgo) + line('blocks', `${count(blocks, 'block', 'blocks')}: ${considered}`)
}

function rankedText(ranked: readonly Candidate[]): string {
  if (ranked.length === 0) return line('candidates', 'none')
  const rows = ranked.map((candidate, index) => [
    String(index + 1),
    candidate.blocks.map(({ start }) => hexText(start)).join(' '),
    grouped(instructionsOf(candidate)),
    grouped(candidate.executions),
    grouped(candidate.costBefore),
    grouped(candidate.costAfter),
    grouped(savedBy(candidate)),
  ])
  const head = ['', 'start', 'instructions', 'executions', 'cells before', 'cells after', 'cells saved']
  return table([head, ...rows], 'rlrrrrr')
}

const failedText = (failed: readonly FailedCandidate[]): string =>
  failed.map(({ starts, message }) => line('failed', `${starts.map(hexText).join(' ')}: ${message}`)).join('')
