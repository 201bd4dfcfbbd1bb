/** How the file of a saved run is refused. */
import { archiveProblem } from '../../archive/fault.ts'
import { RvrError } from '../../errors.ts'

export type Refusal = 'not-a-saved-run' | 'version' | 'damaged' | 'guest' | 'abi' | 'extensions' | 'mode' | 'machine'

interface Advice {
  readonly hint: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** The error for a file that cannot be resumed from. */
export function refuse(path: string, reason: Refusal, message: string, { hint, details, cause }: Advice): RvrError {
  return new RvrError('STATE_REFUSED', `saved run ${path}: ${message}`, {
    hint,
    details: { path, reason, ...details },
    cause,
  })
}

const SAVE_AGAIN = 'Save the run again; a copy of the file may be whole.'
const RUN_AGAIN = 'Run the guest again with this rvr, and save that run; or resume it with the rvr that saved it.'
const GIVE_ANOTHER = 'Give the path of a file that a suspended run was saved to.'

export const damaged = (path: string, what: string, cause?: unknown): RvrError =>
  refuse(path, 'damaged', what, { hint: SAVE_AGAIN, cause })

/** The first 8 bytes of what rvr wrote before saved runs were archives. */
const EARLIER_FORMAT = 'rvr-save'

/** What it means for a saved run that its archive was refused; other errors as they are. */
export function refusedArchive(path: string, error: unknown): unknown {
  const found = archiveProblem(error)
  if (found === undefined) return error
  const { what, problem, place } = found
  const isEarlier = what === 'magic' && place['found'] === EARLIER_FORMAT
  if (isEarlier || what === 'version') {
    const message = isEarlier ? 'it has the format of an earlier rvr, which this one does not read' : problem
    return refuse(path, 'version', message, { hint: RUN_AGAIN, details: place })
  }
  if (what === 'magic' || what === 'length' || what === 'content')
    return refuse(path, 'not-a-saved-run', `it is no saved run: ${problem}`, { hint: GIVE_ANOTHER, cause: error })
  return refuse(path, 'damaged', `it is damaged: ${problem}`, { hint: SAVE_AGAIN, details: place, cause: error })
}
