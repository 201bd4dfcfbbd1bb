/** What a native interpreter says of calling contexts: it knows no guest, so it asks for everything when it runs. */
import type { Emission, InstrAtHand } from '../mode.ts'
import { hasMarkers } from './marker.ts'

const isLink = (register: string): string => `(${register} == 1 || ${register} == 5)`

export function interpretedHooks({ pc, behind, rd, rs1, imm }: InstrAtHand): Partial<Emission> {
  return {
    // Functions change where an instruction is executed that is none of the current one's.
    executed: ({ row, rd: result }) => [
      `context = arrive_at(m, context, ${pc});`,
      ...(hasMarkers(row) && result === 0
        ? [`if (${rs1} == 0 && ${imm} != 0) context = begin_step(m, context, ${imm});`]
        : []),
    ],
    blockEntered: () => [`*count_at(m, context, ${pc}) += 1;`],
    transferred({ instr, target, stackPointer }) {
      if (typeof target === 'number') return []
      const into = `function_of(m, ${target.slot})`
      const call = `context = call_at(m, context, ${pc}, ${behind}, ${into}, (uint32_t)${stackPointer});`
      const calls = `if ${isLink(rd)} ${call}`
      if (instr.row.kind === 'jal') return [calls]
      const back = `context = return_to(m, context, (uint32_t)${target.address}, (uint32_t)${stackPointer});`
      return [calls, `else if ${isLink(rs1)} ${back}`]
    },
  }
}
