/** A mode of a test's: counts stores in a counter. */
import { instructionCounter, type Mode } from '../../src/modes/mode.ts'

const stores: Mode = {
  name: 'stores',
  summary: 'count stores',
  counters: [instructionCounter, { name: 'stores', amount: ({ row }) => (row.kind === 'store' ? 1 : 0) }],
  pace: 'budget',
  reportsCost: false,
}
export default stores
