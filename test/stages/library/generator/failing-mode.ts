/** A mode of a test's: fails while code is written, in the way that its machine is called by. */
import { isMainThread } from 'node:worker_threads'
import { instructionCounter, type Mode } from '../../../../src/modes/mode.ts'

/** The error of the bundle, as it is there that it is thrown: tests' threads begin with that. */
const bundle = new URL('../../../../dist/index.js', import.meta.url).href
const { RvrError } = (await import(bundle)) as typeof import('../../../../src/index.ts')

const faults: Readonly<Record<string, () => never>> = {
  plain: () => {
    throw new TypeError('no code for this guest', { cause: new Error('it is Tuesday') })
  },
  own: () => {
    const options = { hint: 'Wait.', details: { day: 2 }, cause: { unclonable: () => {} } }
    throw new RvrError('CONFIG_INVALID', 'not on Tuesdays', options)
  },
  exit: () => process.exit(isMainThread ? 0 : 7),
}

const mode: Mode = {
  name: 'failing',
  summary: 'fail while code is written',
  counters: [instructionCounter],
  pace: 'budget',
  reportsCost: false,
  emission: ({ machine }) => ({
    parameters: [],
    blockEntered: () => faults[machine.name]!(),
  }),
}
export default mode
