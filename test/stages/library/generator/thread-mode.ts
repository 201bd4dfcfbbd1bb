/** A mode of a test's: its C says whether the main thread wrote it, and where. */
import { isMainThread } from 'node:worker_threads'
import { instructionCounter, type Mode } from '../../../../src/modes/mode.ts'

const mode: Mode = {
  name: 'thread',
  summary: 'say where code is generated',
  counters: [instructionCounter],
  pace: 'budget',
  reportsCost: false,
  emission: () => ({
    parameters: [],
    header: `/* planned on the main thread: ${isMainThread} */`,
    blockEntered: () => [`/* written on the main thread: ${isMainThread} */`],
  }),
}
export default mode
