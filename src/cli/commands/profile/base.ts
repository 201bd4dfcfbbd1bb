/** --base and --threshold of `rvr profile`: the earlier profile, and what is doubtful about comparing with it. */
import { RvrError } from '../../../errors.ts'
import { readInputText } from '../../../files/read.ts'
import type { GuestProfile } from '../../../guest-profile/guest-profile.ts'
import type { Unit } from '../../../guest-profile/views/amount.ts'
import type { ProfileComparison } from '../../../report/guest-profile/comparison.ts'
import type { Breakdown } from '../../../report/guest-profile/view.ts'
import { writeLine } from '../../output/guest-text.ts'
import { warningText } from '../../output/messages.ts'
import type { Shell } from '../../shell.ts'

export interface BaseOptions {
  readonly base?: string
  readonly threshold?: number
  readonly by: Breakdown
  readonly unit: Unit
  readonly quiet?: boolean
}

/** @throws RvrError `USAGE` (a threshold without a base), `IO`, `INPUT_INVALID` (no profile, or another version). */
export async function readBase(
  { base, threshold }: BaseOptions,
  signal: AbortSignal,
): Promise<GuestProfile | undefined> {
  if (base === undefined) {
    if (threshold === undefined) return undefined
    throw new RvrError('USAGE', '--threshold needs something to compare with', { hint: 'Add --base FILE.' })
  }
  const { readGuestProfile } = await import('../../../guest-profile/file.ts')
  return readGuestProfile(await readInputText('guestProfile', base, signal), base)
}

/** The comparison, where there is a base; doubts about it are warnings. */
export async function compareWith(
  base: GuestProfile | undefined,
  now: GuestProfile,
  options: BaseOptions,
  { stderr }: Pick<Shell, 'stderr'>,
): Promise<ProfileComparison | undefined> {
  if (base === undefined) return undefined
  const { compareProfiles, doubts } = await import('../../../report/guest-profile/comparison.ts')
  const { by, unit, threshold } = options
  const name = options.base!
  if (options.quiet !== true) for (const doubt of doubts(name, base, now)) writeLine(stderr, warningText(stderr, doubt))
  return compareProfiles(base, now, { name, by, unit, threshold })
}
