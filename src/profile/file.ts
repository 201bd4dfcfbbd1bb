/** Profiles as files, archives of content `profile`: read, checked, added to. */
import { archiveProblem } from '../archive/fault.ts'
import { readArchive } from '../archive/read.ts'
import { writeArchive } from '../archive/write.ts'
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { isPlainTarget } from '../files/write.ts'
import { profileContent, profileIn } from './content.ts'
import { addProfiles, type ExecutionProfile } from './counts.ts'

const AGAIN = 'Record it again with rvr run GUEST --profile-out FILE.'

/** Which guest a profile has to be of. */
export type ProfiledGuest = Pick<Image, 'digest' | 'xlen'>

type Reason = 'format' | 'version' | 'guest'

interface Problem {
  readonly hint?: string
  readonly details?: object
  readonly cause?: unknown
}

function invalid(
  path: string,
  reason: Reason,
  problem: string,
  { hint = AGAIN, details, cause }: Problem = {},
): RvrError {
  const all = { path, reason, ...details }
  return new RvrError('INPUT_INVALID', `profile ${path}: ${problem}`, { hint, details: all, cause })
}

/** How files began that rvr wrote before profiles were archives. */
const EARLIER_FORMAT = '{"format'

/** What it means for a profile that its archive was refused; other errors as they are. */
function refused(path: string, error: unknown): unknown {
  const found = archiveProblem(error)
  if (found === undefined) return error
  const { what, problem, place: details } = found
  if (what === 'magic' && details['found'] === EARLIER_FORMAT)
    return invalid(path, 'version', 'it has the format of an earlier rvr, which this one does not read', { details })
  if (what === 'version') return invalid(path, 'version', problem, { details })
  const isNone = what === 'magic' || what === 'length' || what === 'content'
  return invalid(path, 'format', isNone ? `it is not a profile: ${problem}` : problem, { details, cause: error })
}

/**
 * A profile must be of the very file that is compiled: addresses of another build mean something else.
 *
 * @throws RvrError `INPUT_INVALID`.
 */
export function checkProfile({ guest, xlen }: ExecutionProfile, of: ProfiledGuest, path = '<object>'): void {
  if (guest === of.digest && xlen === of.xlen) return
  const again = AGAIN.replace('FILE', 'to a new file')
  throw invalid(path, 'guest', 'it is of another guest', {
    hint: `The guest has been built anew, or the profile belongs to another one. ${again}`,
    details: { found: guest, wanted: of.digest },
  })
}

/**
 * The profile in a file, of this guest.
 *
 * @throws RvrError `IO` (the file cannot be read), `INPUT_INVALID` (no profile, another version, another guest:
 *   `details.reason`).
 */
export async function readProfile(path: string, guest: ProfiledGuest, signal?: AbortSignal): Promise<ExecutionProfile> {
  try {
    const archive = await readArchive(path, { content: 'profile', kind: 'profile', signal })
    // The width is that of the guest's file.
    const { abi: _, ...counts } = profileIn(archive)
    const profile = { ...counts, xlen: guest.xlen }
    checkProfile(profile, guest, path)
    return profile
  } catch (error) {
    throw refused(path, error)
  }
}

/** All runs in several files together. @throws what `readProfile` throws. */
export async function readProfiles(
  paths: readonly string[],
  guest: ProfiledGuest,
  signal?: AbortSignal,
): Promise<ExecutionProfile> {
  const [first, ...others] = await Promise.all(paths.map(path => readProfile(path, guest, signal)))
  return first === undefined
    ? { guest: guest.digest, xlen: guest.xlen, stretches: [] }
    : addProfiles([first, ...others])
}

/**
 * The profile in a file that runs are going to be added to; undefined where there is none yet.
 *
 * @throws what `readProfile` throws.
 */
export async function earlierProfile(path: string, guest: ProfiledGuest): Promise<ExecutionProfile | undefined> {
  // A device or a FIFO holds nothing to add to.
  if (!(await isPlainTarget(path))) return undefined
  try {
    return await readProfile(path, guest)
  } catch (error) {
    if (error instanceof RvrError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      return undefined
    throw error
  }
}

/**
 * Adds a profile to what a file holds of the same guest, or makes the file; it changes as a whole or not at all.
 *
 * @param abi digest of the ABI that the guest ran with
 * @returns the file's absolute path
 * @throws RvrError `IO`, `INPUT_INVALID` (what is there is no profile of this guest).
 */
export async function addToProfile(path: string, profile: ExecutionProfile, abi: string): Promise<string> {
  const earlier = await earlierProfile(path, { digest: profile.guest, xlen: profile.xlen })
  const { guest, slotBytes, stretches } = earlier === undefined ? profile : addProfiles([earlier, profile])
  return writeArchive(path, profileContent({ guest, abi, slotBytes, stretches }), { failure: 'cannot write profile' })
}
