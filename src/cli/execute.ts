/** The execution of a guest as commands show it. */
import type { Run } from '../sdk/contract.ts'
import type { Progress } from './progress/progress.ts'

/** Tells that the guest runs while `start` is going on, and warns of segments that exceed a limit. */
export async function showExecution(progress: Pick<Progress, 'sink'>, start: () => Promise<Run>): Promise<Run> {
  progress.sink({ type: 'stage', stage: 'execute', state: 'start' })
  const run = await start()
  progress.sink({ type: 'stage', stage: 'execute', state: 'done', ms: run.timing.executeMs })
  const { overLimitWarning } = await import('../report/segments/facts.ts')
  const warning = overLimitWarning(run)
  if (warning !== undefined) progress.sink({ type: 'warning', ...warning })
  return run
}
