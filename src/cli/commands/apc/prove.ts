/** `rvr apc prove`: traces of a guest on its machine with autoprecompiles, checked as a verifier would. */
import type { Command } from 'commander'
import { RvrError } from '../../../errors.ts'
import type { TracedSegment } from '../../../report/trace/json.ts'
import type { Guest } from '../../../sdk/guest.ts'
import { EXIT_GUEST, EXIT_OK } from '../../exit-codes.ts'
import { openGuest } from '../../open-guest.ts'
import { apcSelectChoices, apcSelectOptions, type ApcSelecting } from '../../options/apc.ts'
import { buildOptions } from '../../options/build.ts'
import { addOptions, inputPath, option } from '../../options/declare.ts'
import { executionOptions, readGiven, type ExecutionOptions, type Given } from '../../options/execution.ts'
import { createProgress, reportOptions, type ReportOptions } from '../../options/report.ts'
import { segmentOptions } from '../../options/segments.ts'
import { writeAnswer } from '../../output/answer.ts'
import type { Progress } from '../../progress/progress.ts'
import type { Shell } from '../../shell.ts'
import { planned, traced } from '../trace/segments.ts'
import { tracesIn } from '../trace/traces.ts'
import { specialised } from './specialised.ts'

interface ApcProveOptions extends ApcSelecting, ExecutionOptions, ReportOptions {
  readonly mock?: boolean
}

export function declareProve(group: Command, shell: Shell): void {
  const command = group
    .command('prove')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('check what a proof with autoprecompiles would be about')
    .description(
      'Does what setup does, runs the guest, fills the tables of all segments and, with --mock, checks them as a ' +
        'verifier would. There are no proofs yet.',
    )
  addOptions(command, [
    option('--mock', 'check the tables in the place of a proof; exit status 1 when something in them is wrong'),
    ...apcSelectOptions(),
    ...executionOptions(),
    ...segmentOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Example:
  $ rvr apc prove guest.elf --profile-input u64:100 --autoprecompiles 10 --input u64:5000 --mock`,
    )
    .action(async (file: string, options: ApcProveOptions) => shell.finish(await prove(file, options, shell)))
}

/** @throws RvrError `USAGE` without --mock */
async function prove(file: string, options: ApcProveOptions, shell: Shell): Promise<number> {
  if (options.mock !== true)
    throw new RvrError('USAGE', 'there are no proofs yet', { hint: 'Add --mock: what a proof is about is checked.' })
  await using progress = createProgress(options, shell)
  const choices = await apcSelectChoices(file, options, shell.signal)
  const given = await readGiven(options, shell.signal)
  await using opened = await openGuest(file, { options, progress, shell })
  const guest = await specialised(opened, { file, choices, options, shell })
  const { machine } = guest
  const segments = await checkedSegments(guest, given, { options, shell, progress })
  await progress.settle()
  const { path, digest } = opened.guest
  const report = { guest: { path, digest }, machine: machine.digest, memory: machine.memory, segments }
  const { proveAnswer } = await import('../../../report/apc/prove.ts')
  writeAnswer(proveAnswer(machine, report), options, shell)
  return segments.every(({ check }) => check?.passed) ? EXIT_OK : EXIT_GUEST
}

interface Proving {
  readonly options: ApcProveOptions
  readonly shell: Shell
  readonly progress: Progress
}

async function checkedSegments(
  guest: Guest,
  given: Given,
  { options, shell, progress }: Proving,
): Promise<readonly TracedSegment[]> {
  const { threads } = options
  const { signal } = shell
  using run = await planned(guest, given, { options, shell, progress })
  const segments: TracedSegment[] = []
  const work = { check: true, threads, write: undefined, signal, progress }
  for await (const each of tracesIn(run, { guest, options, traces: { threads, signal }, progress }))
    segments.push(await traced(each, work))
  return segments
}
