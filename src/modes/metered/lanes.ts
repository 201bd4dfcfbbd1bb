/** Row counts of one interval, packed: a 16-bit vector lane for each chip that the guest's instructions use. */
import { loopWeights } from '../../analysis/loop-depth.ts'
import { RvrError } from '../../errors.ts'
import { AREA_LANES } from '../../layout/meter.ts'
import type { Graph } from '../../program/program.ts'
import type { Instr } from '../../isa/row.ts'
import { endingIn, type BlockRows } from '../../machine/block-rows.ts'
import { chipOf, rowsOf } from '../../machine/chips.ts'
import type { Machine } from '../../machine/machine.ts'
import type { EmissionTarget } from '../mode.ts'

export interface Lanes {
  /** Chip index of each lane; the chips of most instructions come first, so that most blocks touch one vector. */
  readonly chips: readonly number[]
  readonly vectors: number
  /** Chips that anything in the guest may add rows to, host instructions included. */
  readonly growing: readonly number[]
  /**
   * Rows of the plain instructions as C vector constants, one for each vector that changes. The last instruction of
   * an autoprecompile's block takes back those of all of them, so what is left early may give back less than nothing.
   * At most 64 intervals of at most 1000 instructions pass before lanes are emptied, so none overflows.
   */
  rows(instrs: readonly Instr[]): readonly { readonly vector: number; readonly constant: string }[]
}

/** Host instructions and calls add to the heights themselves. */
const hasLane = ({ row }: Instr): boolean => row.kind !== 'host' && row.kind !== 'call'

export function assignLanes({ graph, machine, blockRows, vectorBytes }: EmissionTarget): Lanes {
  const weights = loopWeights(graph)
  const uses = new Map<number, number>()
  const { instrs } = graph.program
  for (let slot = 0; slot < instrs.length; slot++) {
    const instr = instrs[slot]
    const chip = instr === undefined || !hasLane(instr) ? undefined : chipOf(machine, instr)
    if (chip !== undefined) uses.set(chip, (uses.get(chip) ?? 0) + weights[slot]!)
  }
  const chips = [...uses].toSorted(([a, m], [b, n]) => n - m || a - b).map(([chip]) => chip)
  if (chips.length > AREA_LANES)
    throw new RvrError('CONFIG_INVALID', `the guest uses ${chips.length} chips, mode metered counts ${AREA_LANES}`, {
      hint: 'Use a machine file whose instructions share chips.',
      details: { chips: chips.length, most: AREA_LANES },
    })
  const laneOf = new Map(chips.map((chip, lane) => [chip, lane]))
  const width = vectorBytes / 2
  return {
    chips,
    growing: growingChips(graph, machine, blockRows),
    vectors: Math.max(1, Math.ceil(chips.length / width)),
    rows(body) {
      const counts = new Map<number, number[]>()
      const add = (chip: number, rows: number): void => {
        const lane = laneOf.get(chip)!
        const vector = Math.floor(lane / width)
        let lanes = counts.get(vector)
        if (lanes === undefined) counts.set(vector, (lanes = []))
        for (let index = lanes.length; index <= lane % width; index++) lanes.push(0)
        lanes[lane % width]! += rows
      }
      for (const instr of body) {
        const chip = hasLane(instr) ? chipOf(machine, instr) : undefined
        if (chip !== undefined) add(chip, 1)
      }
      for (const { replaced } of endingIn(body, blockRows)) for (const { chip, rows } of replaced) add(chip, -rows)
      return [...counts]
        .filter(([, lanes]) => lanes.some(rows => rows !== 0))
        .toSorted(([a], [b]) => a - b)
        .map(([vector, lanes]) => ({ vector, constant: `(rows){ ${lanes.join(', ')} }` }))
    },
  }
}

/** Code in another executable segment is not in the graph: it may use any chip. */
function growingChips(
  { program: { image, instrs } }: Graph,
  machine: Machine,
  blockRows: BlockRows | undefined,
): number[] {
  if (image.segments.filter(segment => segment.executable).length > 1)
    return machine.chips.flatMap(({ operations }, chip) => (operations === undefined ? [] : [chip]))
  const found = new Set<number>()
  for (const instr of instrs) {
    if (instr !== undefined) for (const { chip } of rowsOf(machine, instr)) found.add(chip)
  }
  for (const { chip } of blockRows?.values() ?? []) found.add(chip)
  return [...found].toSorted((a, b) => a - b)
}
