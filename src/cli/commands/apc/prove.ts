/** `rvr apc prove`: a guest on its machine with autoprecompiles: proofs, or traces checked as a verifier would. */
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
import { setOptions, type ProvingOptions } from '../../options/proofs.ts'
import { segmentOptions } from '../../options/segments.ts'
import { writeAnswer } from '../../output/answer.ts'
import type { Progress } from '../../progress/progress.ts'
import type { Shell } from '../../shell.ts'
import { checkProofOutput, writeProofs } from '../proofs/written.ts'
import { planned, traced } from '../trace/segments.ts'
import { tracesIn } from '../trace/traces.ts'
import { specialised } from './specialised.ts'

interface ApcProveOptions extends ApcSelecting, ExecutionOptions, ReportOptions, ProvingOptions {
  readonly mock?: boolean
  readonly output?: string
}

export function declareProve(group: Command, shell: Shell): void {
  const command = group
    .command('prove')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('prove a run on a machine with autoprecompiles')
    .description(
      'Does what setup does, runs the guest, fills the tables of all segments and proves them (docs/proofs.md) or, ' +
        'with --mock, checks them as a verifier would.',
    )
  addOptions(command, [
    option('--mock', 'check the tables in the place of a proof; exit status 1 when something in them is wrong'),
    option('-o, --output <directory>', 'where proofs and key are written: 0.proof, 1.proof, … key.vkey'),
    ...setOptions(),
    ...apcSelectOptions(),
    ...executionOptions(),
    ...segmentOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Examples:
  $ rvr apc prove guest.elf --profile-input u64:100 --autoprecompiles 10 --input u64:5000 -o proofs
  $ rvr apc prove guest.elf --profile-input u64:100 --autoprecompiles 10 --input u64:5000 --mock`,
    )
    .action(async (file: string, options: ApcProveOptions) => shell.finish(await prove(file, options, shell)))
}

/** @throws RvrError `USAGE` without --mock and a place for proofs, or with both */
async function prove(file: string, options: ApcProveOptions, shell: Shell): Promise<number> {
  const { output } = options
  if ((options.mock === true) === (output !== undefined))
    throw new RvrError('USAGE', 'either proofs are made, or tables are checked', {
      hint: 'Give a directory for proofs, -o DIRECTORY, or --mock.',
    })
  if (output !== undefined) await checkProofOutput(output, shell.signal)
  await using progress = createProgress(options, shell)
  const choices = await apcSelectChoices(file, options, shell.signal)
  const given = await readGiven(options, shell.signal)
  await using opened = await openGuest(file, { options, progress, shell })
  const guest = await specialised(opened, { file, choices, options, shell })
  const { machine } = guest
  if (output !== undefined) return await proofsIn(output, guest, given, { options, shell, progress })
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

async function proofsIn(output: string, guest: Guest, given: Given, proving: Proving): Promise<number> {
  const { options, shell, progress } = proving
  using run = await planned(guest, given, proving)
  return await writeProofs(guest, run, { output, options, progress, shell })
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
