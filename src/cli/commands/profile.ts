/** `rvr profile`: what a run costs by calls, functions, lines and steps, compared with an earlier profile. */
import type { Command } from 'commander'
import { RvrError } from '../../errors.ts'
import type { GuestProfile } from '../../guest-profile/guest-profile.ts'
import { guestSource } from '../../guest-profile/guest-source.ts'
import { readStepNames } from '../../guest-profile/step-names.ts'
import type { Unit } from '../../guest-profile/views/amount.ts'
import type { ModeName } from '../../modes/registry.ts'
import { assemblyOf } from '../../report/guest-profile/assembly.ts'
import { breakdowns, type Breakdown, type ProfileView } from '../../report/guest-profile/view.ts'
import type { Guest } from '../../sdk/guest.ts'
import { showExecution } from '../execute.ts'
import { exitStatusOfRun, EXIT_OK, EXIT_TOO_DEAR } from '../exit-codes.ts'
import { openGuest } from '../open-guest.ts'
import { buildOptions } from '../options/build.ts'
import { addOptions, inputPath, option, valued } from '../options/declare.ts'
import {
  makeReady,
  executionOptions,
  readGiven,
  startOptions,
  stretchOptions,
  type ExecutionOptions,
} from '../options/execution.ts'
import { givenAnew } from '../options/linux-guests.ts'
import { profileOutputOptions, profileOutputs, type ProfileOutputOptions } from '../options/profile-outputs.ts'
import { createProgress, reportOptions, type ReportOptions } from '../options/report.ts'
import {
  checkResumed,
  openResumed,
  savedRunOptions,
  saveSuspended,
  type SavedRunOptions,
} from '../options/saved-runs.ts'
import { parseLimit, parsePercent } from '../options/values.ts'
import type { Shell } from '../shell.ts'
import { compareWith, readBase, type BaseOptions } from './profile/base.ts'
import { memoryFigure } from './profile/memory.ts'
import { writeProfile } from './profile/write.ts'

/** The mode that counts what profiles are made of. */
const countingMode = ({ memory }: { readonly memory?: boolean }): ModeName =>
  memory === true ? 'calls-memory' : 'calls'
const DEFAULT_TOP = 20

interface ProfilingOptions
  extends ExecutionOptions, ReportOptions, SavedRunOptions, Omit<ProfileOutputOptions, 'json'>, BaseOptions {
  readonly mode?: ModeName
  readonly top?: number
  readonly memory?: boolean
  readonly step?: string
  readonly steps?: string
}

export function declareProfile(program: Command, shell: Shell): void {
  const command = program
    .command('profile')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('where a run spends its cost: calls, functions, lines, steps')
    .description(
      'Runs a guest, counts every instruction and its trace cells exactly, and reports by function, source line, ' +
        'instruction, step or call, with functions that the compiler inlined; as text, or in the formats of flame ' +
        'graphs and profilers. Compares with an earlier profile, so that CI can gate on it.',
    )
  addOptions(command, [
    option('--by <what>', 'the breakdown to show')
      .choices([...breakdowns])
      .default('function' satisfies Breakdown),
    valued('--top <n>', `rows of the breakdown (default: ${DEFAULT_TOP})`, parseLimit),
    option('--unit <unit>', 'what is sorted, shared out and compared by')
      .choices(['cells', 'instructions'])
      .default('cells' satisfies Unit),
    option('--memory', 'run once more for the cells of the memory tables; share them out by first touches').conflicts([
      'resume',
      'save',
    ]),
    option('--step <step>', 'one step alone: its marker or its name'),
    valued('--steps <file>', 'names of steps by their markers: {"1": "setup"}', inputPath),
    ...profileOutputOptions(),
    valued('--base <file>', 'compare with a profile that --format json wrote', inputPath),
    valued('--threshold <percent>', 'exit with 1 when the run grew by more than this: 2%, 0.5%', parsePercent),
    ...executionOptions(),
    ...savedRunOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Exit status: 0 done, and the run is within the threshold; 1 it grew by more than the
threshold, or the guest terminated with another code than 0; 2 bad usage, input or base;
3 no toolchain or compile failed; 4 the guest trapped; 5 saved run refused; 6 a limit
stopped the guest; 130 interrupted. A run that did not come to its end is reported too.

Examples:
  $ rvr profile guest.elf --input file:block.bin
  $ rvr profile guest.elf --input file:block.bin --by line --top 40
  $ rvr profile guest.elf --input file:block.bin -o profile.html -o profile.json
  $ rvr profile guest.elf --input file:block.bin --format folded
  $ rvr profile guest.elf --input file:block.bin --base profile.json --threshold 2%`,
    )
    .action(async (file: string, options: ProfilingOptions, self: Command) =>
      shell.finish(await profile(file, options, self, shell)),
    )
}

async function profile(file: string, asked: ProfilingOptions, command: Command, shell: Shell): Promise<number> {
  // What cannot be used, or written, is found before anything runs.
  const base = await readBase(asked, shell.signal)
  const stepNames = asked.steps === undefined ? undefined : await readStepNames(asked.steps, shell.signal)
  const outputs = await profileOutputs(asked, shell.stdout)
  const mode = countingMode(asked)
  const { saved, options } = await openResumed({ ...asked, mode }, command, shell.signal)
  const given = await readGiven(options, shell.signal)
  await using progress = createProgress(options, shell)
  await using opened = await openGuest(file, { options, progress, shell })
  const { guest } = opened
  checkResumed(saved, guest, mode)
  const artifact = await makeReady({ guest, mode, options, shell, progress })
  await progress.settle()
  const stretch = stretchOptions(options, shell, progress)
  using run = await showExecution(progress, () =>
    saved === undefined
      ? artifact.execute({ ...startOptions(file, options, given), ...stretch })
      : artifact.resumeFrom(saved, { ...stretch, ...givenAnew(options) }),
  )
  const kept = await saveSuspended({ run, guest, command: 'profile' }, options, shell)
  const figure =
    options.memory === true ? await memoryFigure(run, { guest, options, given, shell, progress }) : undefined
  const found = run.profile!.tree({ guestName: guest.path, stepNames, memory: figure?.memory })
  for (const message of found.warnings) progress.sink({ type: 'warning', message })
  const comparison = await compareWith(base, found, options, shell)
  const view = viewOf(options, found, guest)
  const source = guestSource(guest.image)
  const profiled = {
    guest,
    artifact,
    run,
    profile: found,
    view,
    comparison,
    source,
    segments: figure?.segments,
    ...kept,
  }
  await writeProfile(profiled, outputs, { ...options, shell })
  const status = exitStatusOfRun(run)
  if (run.stopCause === 'request') return shell.interrupted?.() ?? status
  return status === EXIT_OK && comparison?.isExceeded === true ? EXIT_TOO_DEAR : status
}

function viewOf(
  { by, top = DEFAULT_TOP, unit, step }: ProfilingOptions,
  found: GuestProfile,
  guest: Guest,
): ProfileView {
  return {
    by,
    top,
    unit,
    step: step === undefined ? undefined : stepNamed(found, step),
    instructionAt: assemblyOf(guest),
  }
}

/** Index of the step with that marker or name. @throws RvrError `USAGE` listing those that the run had. */
function stepNamed({ steps }: GuestProfile, text: string): number {
  const index = steps.findIndex(({ marker, name }) => String(marker) === text || name === text)
  if (index >= 0) return index
  const known = steps.map(({ marker, name }) => (name === undefined ? String(marker) : `${marker} (${name})`))
  throw new RvrError('USAGE', `the run came to no step ${text}`, { hint: `Its steps: ${known.join(', ')}.` })
}
