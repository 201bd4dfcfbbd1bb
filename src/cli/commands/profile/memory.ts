/** `rvr profile --memory`: what the memory tables of the same run cost, and the segments that it has. */
import { meteredFacts, type SegmentFacts } from '../../../report/segments/facts.ts'
import type { Guest } from '../../../sdk/guest.ts'
import type { Run } from '../../../sdk/contract.ts'
import { showExecution } from '../../execute.ts'
import { makeReady, startOptions, type ExecutionOptions, type Given } from '../../options/execution.ts'
import type { Progress } from '../../progress/progress.ts'
import type { Shell } from '../../shell.ts'

interface Again {
  readonly guest: Guest
  readonly options: ExecutionOptions
  readonly given: Given
  readonly shell: Shell
  readonly progress: Progress
}

export interface MemoryFigure {
  /** Cells of the memory tables. */
  readonly memory: number
  readonly segments: readonly SegmentFacts[]
}

/** Runs the guest once more, in mode `metered` and without what it prints, as far as `run` has come. */
export async function memoryFigure(
  { instret }: Pick<Run, 'instret'>,
  { guest, options, given, shell, progress }: Again,
): Promise<MemoryFigure> {
  const artifact = await makeReady({ guest, mode: 'metered', options, shell, progress })
  await progress.settle()
  const limits = { maxInstructions: instret, signal: shell.signal }
  const run = await showExecution(progress, () =>
    artifact.execute({ ...startOptions(guest.path, options, given), ...limits }),
  )
  run.dispose()
  const facts = meteredFacts(run)
  if (facts === undefined) return { memory: 0, segments: [] }
  const { chips, segments, openSegment } = facts
  const tables = chips.filter(({ isCost }) => !isCost)
  return {
    memory: tables.reduce((sum, { cells }) => sum + cells, 0),
    segments: openSegment === undefined ? segments : [...segments, openSegment],
  }
}
