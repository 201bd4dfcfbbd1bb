/** Profiles as files: JSON that names its format, its version and its guest; read, checked, added to. */
import { hexText } from '../hex.ts'
import * as v from 'valibot'
import type { Image } from '../elf/image.ts'
import { RvrError, messageOf } from '../errors.ts'
import { readInputText } from '../files/read.ts'
import { isPlainTarget, writeOutput } from '../files/write.ts'
import { addProfiles, type ExecutionProfile, type Stretch } from './counts.ts'

const FORMAT = 'rvr profile'
const VERSION = 1
const AGAIN = 'Record it again with rvr run GUEST --profile-out FILE.'

/** Which guest a profile has to be of. */
export type ProfiledGuest = Pick<Image, 'digest' | 'xlen'>

const wanted = (text: string) => `wanted ${text}`
const block = 'wanted blocks as ["0xADDRESS", INSTRUCTIONS, EXECUTIONS]'
const count = (max: number) => v.pipe(v.number(block), v.integer(block), v.minValue(1, block), v.maxValue(max, block))
const Head = v.looseObject({ format: v.literal(FORMAT), version: v.number() }, wanted('an object'))
const File = v.object({
  guest: v.pipe(v.string(wanted('a digest')), v.regex(/^[0-9a-f]{64}$/, wanted('64 hex digits'))),
  xlen: v.picklist([32, 64], wanted('32 or 64')),
  blocks: v.array(
    v.strictTuple(
      [v.pipe(v.string(block), v.regex(/^0x[0-9a-f]{1,8}$/, block)), count(2 ** 30), count(Number.MAX_SAFE_INTEGER)],
      block,
    ),
    wanted('a list'),
  ),
})

type Reason = 'format' | 'version' | 'guest'

interface Problem {
  readonly hint?: string
  readonly details?: object
}

function invalid(path: string, reason: Reason, problem: string, { hint = AGAIN, details }: Problem = {}): RvrError {
  return new RvrError('INPUT_INVALID', `profile ${path}: ${problem}`, { hint, details: { path, reason, ...details } })
}

/** @throws RvrError `INPUT_INVALID`. */
function parse(text: string, path: string): ExecutionProfile {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw invalid(path, 'format', `it is not JSON: ${messageOf(cause)}`)
  }
  const head = v.safeParse(Head, data)
  if (!head.success) throw invalid(path, 'format', `it is not a profile: it has no "format": "${FORMAT}"`)
  if (head.output.version !== VERSION)
    throw invalid(path, 'version', `its version is ${head.output.version}, this rvr reads version ${VERSION}`, {
      details: { found: head.output.version, wanted: VERSION },
    })
  const file = v.safeParse(File, data, { abortEarly: true })
  if (!file.success)
    throw invalid(path, 'format', `at ${v.getDotPath(file.issues[0]) ?? 'its top'}: ${file.issues[0].message}`)
  const { guest, xlen, blocks } = file.output
  const stretches: Stretch[] = []
  let end = 0
  for (const [index, [address, instructions, executions]] of blocks.entries()) {
    const pc = Number(address)
    if (pc % 4 !== 0 || pc < end)
      throw invalid(path, 'format', `at blocks.${index}: wanted addresses of instructions in order, found ${address}`)
    end = pc + 4 * instructions
    if (end > 2 ** 32) throw invalid(path, 'format', `at blocks.${index}: the block ends behind the last address`)
    const last = stretches.at(-1)
    if (last !== undefined && last.count === executions && last.pc + 4 * last.instructions === pc)
      stretches[stretches.length - 1] = { ...last, instructions: last.instructions + instructions }
    else stretches.push({ pc, instructions, count: executions })
  }
  return { guest, xlen, stretches }
}

/** The file's text: a line for each block, so that two files can be compared. */
export function profileText({ guest, xlen, stretches }: ExecutionProfile): string {
  const blocks = stretches.map(
    ({ pc, instructions, count: executions }) => `\n["${hexText(pc)}",${instructions},${executions}]`,
  )
  const head = `"format":"${FORMAT}","version":${VERSION},"guest":"${guest}","xlen":${xlen}`
  return `{${head},"blocks":[${blocks.join(',')}\n]}\n`
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
  const profile = parse(await readInputText('profile', path, signal), path)
  checkProfile(profile, guest, path)
  return profile
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
 * @returns the file's absolute path
 * @throws RvrError `IO`, `INPUT_INVALID` (what is there is no profile of this guest).
 */
export async function addToProfile(path: string, profile: ExecutionProfile): Promise<string> {
  const earlier = await earlierProfile(path, { digest: profile.guest, xlen: profile.xlen })
  const text = profileText(earlier === undefined ? profile : addProfiles([earlier, profile]))
  return writeOutput(path, put => put(text), { failure: 'cannot write profile' })
}
