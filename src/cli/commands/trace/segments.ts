/** What is done with a run that is traced: its plan, and its segments one after another. */
import type { TracedSegment } from '../../../report/trace/json.ts'
import type { Run } from '../../../sdk/contract.ts'
import type { Guest } from '../../../sdk/guest.ts'
import type { SegmentTrace } from '../../../sdk/traced.ts'
import { showExecution } from '../../execute.ts'
import { makeReady, startOptions, stretchOptions, type ExecutionOptions, type Given } from '../../options/execution.ts'
import type { WriteSegment } from '../../options/trace-output.ts'
import type { Progress } from '../../progress/progress.ts'
import type { Shell } from '../../shell.ts'

interface Planning {
  readonly options: ExecutionOptions
  readonly shell: Shell
  readonly progress: Progress
}

/** The run in mode metered, whose segments are traced. */
export async function planned(guest: Guest, given: Given, { options, shell, progress }: Planning): Promise<Run> {
  const ready = { guest, mode: 'metered', options: { ...options, check: false }, shell, progress } as const
  const artifact = await makeReady(ready)
  await progress.settle()
  const stretch = stretchOptions(options, shell, progress)
  const start = startOptions(guest.path, options, given)
  const run = await showExecution(progress, () => artifact.execute({ ...start, ...stretch }))
  await progress.settle()
  return run
}

interface SegmentWork {
  readonly check: boolean
  readonly threads: number | undefined
  readonly write: WriteSegment | undefined
  readonly signal: AbortSignal
  readonly progress: Progress
}

/** Checks and writes a segment; what is kept of it is what will be told. */
export async function traced(each: SegmentTrace, work: SegmentWork): Promise<TracedSegment> {
  using filled = each
  const { check, threads, write, signal, progress } = work
  const { index, instretStart, instructions, chips, chipsWithoutAir, missing, publics } = filled
  const { filledBy, recordMs, fillMs } = filled
  const facts = { index, instretStart, instructions, filledBy, chips, chipsWithoutAir, missing, publics }
  const begun = performance.now()
  const checked = check ? await filled.check({ threads, signal }) : undefined
  const checkMs = check ? performance.now() - begun : undefined
  if (checkMs !== undefined) progress.showStep(`segment ${index} checked`, checkMs)
  const writing = performance.now()
  const file = await write?.(filled, signal)
  const writeMs = write && performance.now() - writing
  if (writeMs !== undefined) progress.showStep(`segment ${index} written`, writeMs)
  return { ...facts, recordMs, fillMs, check: checked, checkMs, file, writeMs }
}
