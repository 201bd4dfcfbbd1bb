/** What a guest prints waits for its reader: only so much text is ever on its way to the main thread. */
import type { PrintSink } from '../extensions/abi.ts'
import { endOfPiece } from '../extensions/utf8.ts'
import { UNDELIVERED_WORD } from './control.ts'
import type { StopRequest } from './execute.ts'

/** Longer texts travel in pieces. */
export const PIECE_BYTES = 2 ** 16
/** Weight of text that may be on its way; and what a text weighs beside its bytes. */
const MOST_UNDELIVERED = 2 ** 20
const WEIGHT = 1024
/** Between two looks for a stop. */
const WAIT_MS = 10

export const weightOfText = (bytes: Uint8Array): number => bytes.length + WEIGHT

/**
 * A sink that copies text, which may lie in guest memory, and hands it to `post`, as fast as it is taken. A guest that
 * is asked to stop waits no longer: an aborted one loses the text, one at its deadline or that is to be suspended posts
 * it, because its instruction is executed as a whole.
 */
export function printGate(control: Int32Array, stopRequest: () => StopRequest | undefined, post: PrintSink): PrintSink {
  /** False when the text is of no use any more. */
  const admit = (weight: number): boolean => {
    for (;;) {
      const undelivered = Atomics.load(control, UNDELIVERED_WORD)
      if (undelivered === 0 || undelivered + weight <= MOST_UNDELIVERED) return true
      const stop = stopRequest()
      if (stop === 'abort') return false
      if (stop === 'timeout' || stop === 'request') return true
      Atomics.wait(control, UNDELIVERED_WORD, undelivered, WAIT_MS)
    }
  }
  return (stream, bytes) => {
    for (let from = 0; from < bytes.length || from === 0;) {
      const end = endOfPiece(bytes, from, PIECE_BYTES)
      const piece = new Uint8Array(bytes.subarray(from, end))
      if (!admit(weightOfText(piece))) return
      Atomics.add(control, UNDELIVERED_WORD, weightOfText(piece))
      post(stream, piece)
      if (end === bytes.length) return
      from = end
    }
  }
}
