/** What a block gives back where it is left early. */
import type { Instr } from '../isa/row.ts'
import type { EmitterContext } from './emitter.ts'
import { total } from './amounts.ts'

/** C statements that take back what a block has paid for its instructions from `index` on. */
export function refund(context: EmitterContext, instrs: readonly Instr[], index: number): string {
  const { mode, emission } = context
  const counters = mode.counters.map((counter, number) => {
    const amount = total(counter, instrs, context, index)
    return amount === 0 ? '' : `${counter.name} ${number === 0 ? '+=' : '-='} ${amount}; `
  })
  return counters.join('') + (emission.refund?.(instrs.slice(index)) ?? '')
}
