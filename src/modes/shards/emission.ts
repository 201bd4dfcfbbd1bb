/** The C of mode `shards`: a look at the word of every load and store, and the registers of straight-line code. */
import type { Instr } from '../../isa/row.ts'
import { shardsHeader } from '../../layout/shards.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Graph } from '../../program/program.ts'
import { bodyOf } from '../../program/slots.ts'
import { resourceText } from '../../resources.ts'
import type { CallRange, Emission, EmissionTarget } from '../mode.ts'
import { layoutOf } from './layout.ts'

const template = (name: string): string => resourceText(`templates/modes/shards/${name}`)

const isAccess = ({ row: { kind } }: Instr): boolean => kind === 'load' || kind === 'store'
/** In front of them control may leave a block. */
const mayLeave = (instr: Instr): boolean => isAccess(instr) || instr.row.kind === 'call' || instr.row.kind === 'host'

/** Lines in the list of crossings; how many a call adds at most. */
const CROSSED = '(uint64_t)shards(m)->crossings'
const wordsOf = ({ length }: CallRange): string => `${length} / sizeof(reg) + 2`

/** The greatest stride with which at least two of many accesses lie in every word. */
const mostDense = ({ xlen }: Machine): number => xlen / 8 / 2

/** Those of `instrs` that are executed for certain once the first one is. */
function certain(instrs: readonly Instr[]): readonly Instr[] {
  const end = instrs.findIndex((instr, index) => index > 0 && mayLeave(instr))
  return end < 0 ? instrs : instrs.slice(0, end)
}

/** By access and call, the instructions that are executed for certain once it is. */
function behindExits({ blocks, program }: Graph): Map<Instr, readonly Instr[]> {
  const behind = new Map<Instr, readonly Instr[]>()
  for (const block of blocks) {
    const body = bodyOf(program, block)
    for (const [index, instr] of body.entries()) if (mayLeave(instr)) behind.set(instr, certain(body.slice(index)))
  }
  return behind
}

/**
 * Registers are noted where it is certain that an instruction is executed, so nothing is ever taken back: at the start
 * of a block as far as its first access, which may leave it, and then at each access.
 */
export function shardsEmission({ graph, machine, address: addressOf, registers }: EmissionTarget): Emission {
  const behind = behindExits(graph)
  const note = (instrs: readonly Instr[]): string[] => {
    const mask = registers(instrs)
    return /^0x?0?u$/.test(mask) ? [] : [`touched |= ${mask};`]
  }
  const howOf = (instr: Instr): string => `${addressOf(instr)}, ${instr.row.kind === 'store' ? 'SHARDS_ALONE' : '0'}`
  const noteBehind = (instr: Instr): string[] => note(behind.get(instr) ?? [instr])
  return {
    // Nothing clears a bit of it in native code, so what a loop notes it may note once.
    parameters: [{ type: 'uint32_t', name: 'touched', initial: 'shards(m)->registers', general: true }],
    blockEntered: instrs => (instrs.length === 0 || mayLeave(instrs[0]!) ? [] : note(certain(instrs))),
    // There may be no iteration at all.
    iterated: (instrs, times) => note(instrs).map(line => `if (${times} != 0) ${line}`),
    accessed: ({ address, width, isAligned, isRepeated, isTold, isIterated, instr }) => {
      const noted = isIterated ? [] : noteBehind(instr)
      if (isTold) return noted
      const how = howOf(instr)
      const aligned = isRepeated
        ? `access_again(m, ${address}, ${addressOf(instr)});`
        : `access_aligned(m, ${address}, ${how});`
      return [isAligned ? aligned : `access_any(m, ${address}, ${width}, ${how});`, ...noted]
    },
    accessedInSeries: ({ address, stride, times, instr }) => {
      if (typeof stride === 'string' || Math.abs(stride) > mostDense(machine))
        return [`access_series(m, ${address}, (uint64_t)${stride}, ${times}, ${howOf(instr)});`]
      // Backwards is forwards from the other end.
      const lowest = stride < 0 ? `${address} - (${times} - 1) * ${-stride}` : address
      return [`access_dense(m, ${lowest}, ${Math.abs(stride)}, ${times}, ${howOf(instr)});`]
    },
    calls: {
      leaves: ranges => `${[CROSSED, ...ranges.map(wordsOf)].join(' + ')} > SHARDS_CALL_LINES`,
      executed: (instr, ranges) => [
        ...ranges.map(({ address, length }) => `rvr_access_range(m, ${address}, ${length}, ${addressOf(instr)});`),
        ...noteBehind(instr),
      ],
    },
    leaving: ['shards(m)->registers = touched;'],
    include: 'shards.h',
    files: [
      { path: 'shards-area.h', content: shardsHeader(layoutOf(machine)) },
      { path: 'shards.h', content: template('shards.h') },
      { path: 'shards.c', content: template('shards.c') },
    ],
    saysSlots: true,
  }
}
