/** A guest in front of its first instruction, with a debugger. */
import type { PrintReceiver } from '../../run/printer.ts'
import type { Session } from '../../run/session.ts'
import type { SessionGuest } from '../../run/session-state.ts'
import { checkedFrames } from '../../streams/fits.ts'
import type { RunOrigin } from '../contract.ts'
import { checkReadOnly, directoriesFor } from '../directories.ts'
import { Debugger } from './debugger.ts'

/** `open` makes the session of a guest whose text goes to a receiver. */
export async function beginDebugging(
  origin: RunOrigin,
  guest: Pick<SessionGuest, 'image' | 'abi' | 'mode'>,
  open: (onPrint: PrintReceiver) => Session,
): Promise<Debugger> {
  const { inputs = [], stream, publicValuesBytes, seed, args, env, onPrint } = origin.options
  checkReadOnly(origin.options.directories, 'going back executes parts of a guest again')
  const directories = directoriesFor(guest, origin.options.directories)
  const frames = stream && { frames: checkedFrames(stream, guest) }
  // What the guest prints once more has been printed.
  let repeats = false
  const session = open((to, bytes) => (repeats ? undefined : onPrint?.(to, bytes)))
  try {
    const started = { inputs, stream: frames, publicValuesBytes, seed, args, env, directories }
    const state = await session.start(started, { maxInstructions: 0n })
    const onRepeats = (given: boolean): void => {
      repeats = given
    }
    return new Debugger({ session, state, origin, onRepeats })
  } catch (error) {
    session.dispose()
    throw error
  }
}
