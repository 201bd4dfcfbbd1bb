/** What compiled code says of calling contexts: functions are known where it is written. */
import { callsStruct, contextBytes, UNIT } from '../../layout/calls.ts'
import { lastAtMost } from '../../elf/search.ts'
import type { Instr } from '../../isa/row.ts'
import { nextPc } from '../../program/slots.ts'
import type { Emission, EmissionTarget, Transferred } from '../mode.ts'
import { functionAt, functionsOf, isLink } from './functions.ts'
import { stepOf } from './marker.ts'

type Hooks = Pick<Emission, 'blockEntered' | 'iterated' | 'executed' | 'transferred' | 'followsLoop' | 'refund'>

export function compiledHooks({ graph: { program } }: Pick<EmissionTarget, 'graph'>): Hooks {
  const { slotBytes } = program
  const functions = functionsOf(program.image, slotBytes)
  const { sites } = functions
  const functionOf = ({ pc }: Instr): number => functionAt(functions, pc)
  /** The slot of an instruction in its function. */
  const slotOf = (instr: Instr): number => (instr.pc - functions.starts[functionOf(instr)]!) / slotBytes
  const countOf = (instr: Instr): string => `counts(m, context)[${slotOf(instr)}]`
  const slotsIn = (index: number): number => (functions.ends[index]! - functions.starts[index]!) / slotBytes
  /** Bytes from a context's start to what it remembers of the instruction. */
  const cacheOf = (instr: Instr): number =>
    callsStruct.context.bytes + slotsIn(functionOf(instr)) * 8 + slotOf(instr) * 4
  const jump = (instr: Instr, into: number | string): string =>
    `context = jump_into(m, context, ${into}, ${cacheOf(instr)});`

  /** Does the word in front of a jalr build its target? Control may come there without it as well. */
  const isBuilt = ({ pc }: Instr): boolean => sites[lastAtMost(sites.length, pc, at => sites[at]!)] === pc

  function call(instr: Instr, { target, stackPointer }: Transferred): string {
    const behind = nextPc(instr)
    const ret = functionAt(functions, behind) === functionOf(instr) ? behind : behind + 1
    const isKnown = instr.row.kind === 'jal' || isBuilt(instr)
    const frame = `0x${ret.toString(16)}u, (uint32_t)${stackPointer}`
    if (typeof target === 'number') {
      const into = functionAt(functions, target)
      if (isKnown && into === functionOf(instr)) {
        const next = contextBytes(slotsIn(into)) / UNIT
        return `context = call_itself(m, context, ${into}, ${cacheOf(instr)}, ${next}, ${frame});`
      }
      return `context = call_${isKnown ? 'known' : 'computed'}(m, context, ${into}, ${cacheOf(instr)}, ${frame});`
    }
    const into = `function_of(m, ${target.slot})`
    // What the context remembers is the function that the word in front builds.
    if (isKnown) return `context = call_anew(m, context, ${into}, ${frame});`
    return `context = call_computed(m, context, ${into}, ${cacheOf(instr)}, ${frame});`
  }

  function transferred(transfer: Transferred): string[] {
    const { instr, target, stackPointer } = transfer
    const { kind } = instr.row
    if ((kind === 'jal' || kind === 'jalr') && isLink(instr.rd)) return [call(instr, transfer)]
    if (kind === 'jalr' && isLink(instr.rs1)) {
      const to = typeof target === 'number' ? target : `(uint32_t)${target.address}`
      return [`context = return_to(m, context, ${to}, (uint32_t)${stackPointer});`]
    }
    const own = functionOf(instr)
    if (typeof target !== 'number') {
      // Most stay in their function, whose slots lie in a row.
      const first = (functions.starts[own]! - program.base) / slotBytes
      const leaves = `__builtin_expect(${target.slot} - ${first} >= ${slotsIn(own)}, 0)`
      return [`if (${leaves}) ${jump(instr, `function_of(m, ${target.slot})`)}`]
    }
    const into = functionAt(functions, target)
    return into === own ? [] : [jump(instr, into)]
  }

  /** A block may run on into another function, where a word of data looks like a call of it. */
  function runOn(from: Instr | undefined, instr: Instr): string[] {
    if (from === undefined || functionOf(from) === functionOf(instr)) return []
    return [jump(from, functionOf(instr)), `${countOf(instr)}++;`]
  }

  function begin(instr: Instr): string[] {
    const step = stepOf(instr)
    if (step === 0) return []
    // What counts from the block's start on stops here, and goes on in the other context.
    return [`${countOf(instr)}--;`, `context = begin_step(m, context, ${step});`, `${countOf(instr)}++;`]
  }

  return {
    blockEntered: instrs => (instrs.length === 0 ? [] : [`${countOf(instrs[0]!)}++;`]),
    iterated: (instrs, times) => [`${countOf(instrs[0]!)} += ${times};`],
    refund: instrs => (instrs.length === 0 ? '' : `${countOf(instrs[0]!)}--; `),
    transferred,
    executed: (instr, before) => [...runOn(before, instr), ...begin(instr)],
    followsLoop: blocks => {
      const first = functionOf(blocks[0]![0]!)
      return blocks.flat().some(instr => functionOf(instr) !== first || stepOf(instr) !== 0 || calls(instr))
    },
  }
}

/** May a jump be a call or a return? */
const calls = ({ row, rd }: Instr): boolean => row.kind === 'jalr' || (row.kind === 'jal' && rd !== 0)
