/** `rvr prove`: proofs of the segments of a run. */
import { InvalidArgumentError, type Command, type Option } from 'commander'
import { openGuest } from '../open-guest.ts'
import { buildOptions } from '../options/build.ts'
import { addOptions, inputPath, option, valued } from '../options/declare.ts'
import { executionOptions, readGiven, type ExecutionOptions } from '../options/execution.ts'
import { provingOptions, type ProvingOptions } from '../options/proofs.ts'
import { createProgress, reportOptions, type ReportOptions } from '../options/report.ts'
import { segmentOptions } from '../options/segments.ts'
import type { Shell } from '../shell.ts'
import { checkProofOutput, writeProofs } from './proofs/written.ts'
import { planned } from './trace/segments.ts'

interface ProveOptions extends ExecutionOptions, ReportOptions, ProvingOptions {
  readonly output: string
  /** Default: all. */
  readonly segments?: number | 'all'
}

function parseSegments(text: string): number | 'all' {
  if (text === 'all') return text
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Wanted: the number of a segment, or all.')
}

const ownOptions = (): Option[] => [
  option(
    '-o, --output <directory>',
    'where proofs, key and opening are written: 0.proof, … key.vkey, public-values.opening',
  ).makeOptionMandatory(),
  valued('--segments <k>', 'the number of one segment, or all (default: all)', parseSegments),
  ...provingOptions(),
]

export function declareProve(program: Command, shell: Shell): void {
  const command = program
    .command('prove')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('prove a run, segment by segment')
    .description(
      'Runs a guest, cuts the run into segments as mode metered does, fills the tables of each and proves them. ' +
        'The proofs say that the guest ended with its exit code, and not with which inputs (docs/proofs.md).',
    )
  addOptions(command, [
    ...ownOptions(),
    ...executionOptions(),
    ...segmentOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Exit status: 0 done, whatever the guest's exit code is; 2 bad usage or input, or more memory
needed than allowed; 3 no toolchain or compile failed; 5 the run cannot be proved;
130 interrupted.

Examples:
  $ rvr prove guest.elf --input u64:100 -o proofs
  $ rvr prove guest.elf --input u64:100 --set fast --segments 0 -o proofs
  $ rvr verify proofs/0.proof --key proofs/key.vkey`,
    )
    .action(async (file: string, options: ProveOptions) => shell.finish(await prove(file, options, shell)))
}

async function prove(file: string, options: ProveOptions, shell: Shell): Promise<number> {
  const { signal } = shell
  const { output } = options
  const segment = options.segments === 'all' ? undefined : options.segments
  await checkProofOutput(output, signal)
  const given = await readGiven(options, signal)
  await using progress = createProgress(options, shell)
  await using opened = await openGuest(file, { options, progress, shell })
  const { guest } = opened
  using run = await planned(guest, given, { options, shell, progress })
  return await writeProofs(guest, run, { output, segment, options, progress, shell })
}
