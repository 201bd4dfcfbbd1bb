/** Guests up to the first instruction that no proof can show. */
import { RvrError, type ExecuteOptions, type Guest, type Run, type TracesOptions } from '../../src/index.ts'
import { expectHonestRun } from './support.ts'

/** The number of instructions in front of what a run is refused for; undefined where nothing is wrong with it. */
export async function provable(run: Run, options: TracesOptions): Promise<number | undefined> {
  try {
    for await (const segment of run.traces(options)) segment.dispose()
  } catch (error) {
    if (error instanceof RvrError && error.code === 'UNPROVABLE' && 'instret' in error.details)
      return error.details['instret'] as number
    throw error
  }
  return undefined
}

/** Traces and checks what can be proved of a guest's first `most` instructions; returns how many that are. */
export async function expectProvable(
  guest: Guest,
  { most, name, ...execute }: ExecuteOptions & { readonly most: number; readonly name: string },
  options: TracesOptions,
): Promise<bigint> {
  const planned = (maxInstructions: number): Promise<Run> =>
    guest.interpret('metered').execute({ ...execute, maxInstructions })
  const run = await planned(most)
  const end = await provable(run, options)
  if (end === 0) return 0n
  const whole = end === undefined ? run : await planned(end)
  await expectHonestRun(guest, whole, name, options)
  return whole.instret
}
