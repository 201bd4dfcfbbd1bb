/** --save and --resume: suspended runs as files. */
import type { Command, Option } from 'commander'
import { modeNamed } from '../../modes/registry.ts'
import { checkFits } from '../../run/saved/fits.ts'
import type { SavedRun } from '../../run/saved/read.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { RunLimits } from '../../sdk/options.ts'
import type { Run } from '../../sdk/contract.ts'
import { writeLine } from '../output/guest-text.ts'
import { inputPath, option, valued } from './declare.ts'
import { DEFAULT_MODE, type GuestOptions } from './guest.ts'
import type { Shell } from '../shell.ts'

export interface SavedRunOptions {
  readonly save?: string
  readonly resume?: string
}

/** What a saved run brings along, or has been settled by its beginning. */
const SETTLED = [
  'input',
  'inputFile',
  'stream',
  'arg',
  'env',
  'publicValuesBytes',
  'seed',
  'maxTraceHeight',
  'maxMemory',
  'maxInteractions',
  'check',
]

export const savedRunOptions = (): Option[] => [
  option('--save <file>', 'when a limit, a deadline or Ctrl-C stops the guest, save the run to this file').conflicts(
    'check',
  ),
  valued('--resume <file>', 'go on with a saved run; mode, ABI and inputs come from the file', inputPath).conflicts(
    SETTLED,
  ),
]

/** The saved run to go on with, and the options of a run of its mode and ABI where no others were asked for. */
export async function openResumed<Options extends SavedRunOptions & GuestOptions & { readonly mode?: string }>(
  options: Options,
  command: Command,
  signal: AbortSignal,
): Promise<{ saved: SavedRun | undefined; options: Options }> {
  if (options.save !== undefined) {
    const { checkTarget } = await import('../../run/saved/write.ts')
    await checkTarget(options.save)
  }
  if (options.resume === undefined) return { saved: undefined, options }
  const { openSavedRun } = await import('../../run/saved/read.ts')
  const saved = await openSavedRun(options.resume, { signal })
  return {
    saved,
    options: {
      ...options,
      mode: options.mode ?? saved.mode,
      abi: command.getOptionValueSource('abi') === 'cli' ? options.abi : saved.abi,
    },
  }
}

/** Nothing is compiled for a file that does not fit. @throws RvrError `STATE_REFUSED`. */
export function checkResumed(saved: SavedRun | undefined, { image, abi, machine }: Guest, mode = DEFAULT_MODE): void {
  if (saved !== undefined) checkFits(saved, { image, abi, machine, mode: modeNamed(mode) })
}

/** With --save an interrupt suspends the run, which is saved then; otherwise it ends the command. */
export const stoppingForSave = (
  { save }: SavedRunOptions,
  { signal }: Pick<Shell, 'signal'>,
): Pick<RunLimits, 'signal' | 'suspend'> => (save === undefined ? { signal } : { suspend: signal })

/** Saves a run that can go on, when that was asked for; the file's path for the report. */
export async function saveSuspended(
  { run, guest, command }: { readonly run: Run; readonly guest: Guest; readonly command: 'run' | 'profile' },
  options: SavedRunOptions & { readonly quiet?: boolean },
  shell: Shell,
): Promise<{ saved?: string }> {
  if (options.save === undefined || run.outcome !== 'suspended') return {}
  // What stopped the run must not stop this: a second interrupt ends everything.
  const saved = await run.save(options.save, run.stopCause === 'request' ? {} : { signal: shell.signal })
  if (!options.quiet)
    writeLine(shell.stderr, `rvr: saved the run; go on with rvr ${command} ${guest.path} --resume ${saved}\n`)
  return { saved }
}
