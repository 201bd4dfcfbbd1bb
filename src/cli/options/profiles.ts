/** --profile and --profile-out: counts of earlier runs for the compiler, and a run that adds to them. */
import type { Option } from 'commander'
import { RvrError } from '../../errors.ts'
import { modeNamed, type ModeName } from '../../modes/registry.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { Run } from '../../sdk/contract.ts'
import { writeLine } from '../output/guest-text.ts'
import { inputPath, option, repeatable } from './declare.ts'
import type { Shell } from '../shell.ts'

/** The mode that counts. */
const COUNTING = 'profile'

export interface ProfileOptions {
  readonly profile?: readonly string[]
}

export interface ProfileOutOptions {
  readonly profileOut?: string
  readonly mode?: ModeName
}

export const profileOption = (
  description = 'compile for what earlier runs executed: a file of run --profile-out, repeatable',
): Option => repeatable('--profile <file>', description, inputPath)

/** --profile and --profile-out of a command that runs guests. */
export const profilingOptions = (): Option[] => [
  profileOption().conflicts('artifact'),
  option('--profile-out <file>', `add to this file how often each block was executed (counted in mode ${COUNTING})`),
]

/** With --profile-out the mode is the one that counts, unless another was named. @throws RvrError `USAGE`. */
export function countingMode<Options extends ProfileOutOptions>(options: Options): Options {
  if (options.profileOut === undefined) return options
  const { mode = COUNTING } = options
  if (modeNamed(mode).name !== COUNTING)
    throw new RvrError(
      'USAGE',
      `mode ${mode} does not count how often blocks are executed, which --profile-out records`,
      { hint: `Leave --mode out, or choose ${COUNTING}.` },
    )
  return { ...options, mode }
}

/** What is in the file already has to be of this guest: better said before the run than behind it. */
export async function checkProfileOut({ profileOut }: ProfileOutOptions, guest: Guest): Promise<void> {
  if (profileOut === undefined) return
  const [{ earlierProfile }, { checkOutput }] = await Promise.all([
    import('../../profile/file.ts'),
    import('../../files/write.ts'),
  ])
  await earlierProfile(profileOut, guest.image)
  await checkOutput(profileOut)
}

/** Adds the run to the file; the file's path for the report. */
export async function recordProfile(
  run: Run,
  options: ProfileOutOptions & { readonly quiet?: boolean },
  shell: Shell,
): Promise<{ profileOut?: string }> {
  if (options.profileOut === undefined || run.profile === undefined) return {}
  const profileOut = await run.profile.addTo(options.profileOut)
  if (!options.quiet)
    writeLine(shell.stderr, `rvr: added the run to ${profileOut}; compile with --profile ${options.profileOut}\n`)
  return { profileOut }
}
