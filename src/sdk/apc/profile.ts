/** How often blocks of a guest are executed, and in which order: runs of it in a counting mode. */
import type { GuestProfile } from '../../apc/candidates/generate.ts'
import { RunRecorder, type Run as BlockRun } from '../../apc/candidates/runs.ts'
import type { Block } from '../../air/system.ts'
import { isToolchainMissing, RvrError } from '../../errors.ts'
import type { EventSink } from '../../events.ts'
import type { ModeName } from '../../modes/registry.ts'
import type { Executable, Run } from '../contract.ts'
import type { ApcGuest } from './apc.ts'
import type { ProfiledInput } from './contract.ts'

export interface Profiling {
  readonly blocks: readonly Block[]
  /** Blocks in a row that may become one candidate. */
  readonly superblocks: number
  readonly input: ProfiledInput
  readonly events: EventSink
  readonly signal: AbortSignal
}

/** In what order blocks follow each other is found out instruction by instruction, which takes its time. */
const MOST_FOLLOWED = 2_000_000
/** At a time; no more are traced at once. */
const STEP = 100_000

export async function profileOf(guest: ApcGuest, profiling: Profiling): Promise<GuestProfile> {
  const { superblocks, input, events, signal } = profiling
  const artifact = await ready(guest, 'profile', signal)
  using run = await artifact.execute({ ...input, signal })
  warnOfEnd(run, events)
  const { profile } = run
  if (profile === undefined) throw new RvrError('INTERNAL', 'a run that counts has counted nothing')
  const { counts } = profile
  return superblocks > 1 ? { counts, runs: await runsOf(guest, profiling) } : { counts }
}

/** Counts are the same whatever they are counted by. */
async function ready(guest: ApcGuest, mode: ModeName, signal: AbortSignal): Promise<Executable> {
  try {
    return await guest.tiered(mode, { signal })
  } catch (error) {
    if (isToolchainMissing(error)) return guest.interpret(mode)
    throw error
  }
}

/** Counts of a part of the execution are counts all the same. */
function warnOfEnd({ outcome, trap }: Run, events: EventSink): void {
  if (outcome === 'terminated') return
  const why = trap === undefined ? outcome : `${outcome}: ${trap.message}`
  events({ type: 'warning', message: `the profiled run has ${why}; what it executed until then counts` })
}

async function runsOf(guest: ApcGuest, { blocks, input, events, signal }: Profiling): Promise<readonly BlockRun[]> {
  const recorder = new RunRecorder(blocks)
  let run = await guest.interpret('pure').execute({ ...input, maxInstructions: 0, signal })
  try {
    for (let followed = 0; run.outcome === 'suspended' && followed < MOST_FOLLOWED; followed += STEP) {
      const { run: next, steps } = await run.trace({ maxInstructions: STEP, signal })
      run = next
      for (const { pc } of steps) recorder.executed(pc)
    }
    if (run.outcome === 'suspended')
      events({
        type: 'warning',
        message: `which blocks follow each other is known of the first ${MOST_FOLLOWED} instructions alone`,
      })
    return recorder.runs
  } finally {
    run.dispose()
  }
}
