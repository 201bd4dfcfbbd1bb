/** What the metering tests share: executed blocks as an interpreter with a watcher sees them, and their segments by the plain model. */
import { expect } from 'vitest'
import { buildGraph } from '../../src/program/graph.ts'
import { lift } from '../../src/program/lift.ts'
import { MEMORY_BYTES } from '../../src/elf/image.ts'
import { decoderFor } from '../../src/extensions/registry.ts'
import type { ExecuteOptions, Guest, Run } from '../../src/index.ts'
import { createInterpreter } from '../../src/interp/interpreter.ts'
import { loadImage } from '../../src/interp/memory.ts'
import { definedSlots } from '../../src/program/slots.ts'
import { createHart } from '../../src/program/hart.ts'
import type { Instr } from '../../src/isa/row.ts'
import type { Watcher } from '../../src/modes/collector.ts'
import {
  countInteractions,
  estimateBytes,
  heightsOf,
  segmentPlainly,
  type PlainBlock,
  type PlainInput,
  type PlainMachine,
} from '../machine/plain/segmenter.ts'
import { addressSpaces, leafIdOf, memoryRows, plainTrees, type PlainTree } from '../machine/plain/memory-tables.ts'

export type Limits = NonNullable<ExecuteOptions['segmentLimits']>

/** An executed guest, ready for the plain model. */
export interface Trace extends Omit<PlainInput, 'machine' | 'blocks'> {
  readonly blocks: readonly (PlainBlock & { readonly executed: readonly Executed[] })[]
  readonly outcome: 'trapped' | 'terminated' | 'limit'
  readonly instructions: number
}

type Rows = readonly (readonly [chip: number, count: number])[]

/** An executed instruction, and the rows that it adds of its own. */
export interface Executed {
  readonly pc: number
  readonly rows: Rows
}

interface OpenBlock extends PlainBlock {
  instructions: number
  rows: Rows
  touches: number[]
  readonly executed: Executed[]
}

/**
 * Rows of instructions that were executed one after another: one for each time that all of an autoprecompile's block
 * was, from its start on, and else those of the instructions.
 */
export function rowsOf(executed: readonly Executed[], { machine: { chips, autoprecompiles } }: Guest): Rows {
  const rows: (readonly [number, number])[] = []
  for (let at = 0; at < executed.length;) {
    const block = autoprecompiles?.list.find(({ start }) => start === executed[at]!.pc)
    const isWhole = block?.instructions.every((_, index) => executed[at + index]?.pc === block.start + 4 * index)
    if (block !== undefined && isWhole === true) {
      rows.push([chips.findIndex(({ name }) => name === block.chip), 1])
      at += block.instructions.length
    } else {
      for (const each of executed[at]!.rows) rows.push(each)
      at++
    }
  }
  return rows
}

/** Chip of an instruction by the names in the machine file: what writes x0 only, and what no chip names, is a `nop`. */
function chipNamer({ machine }: Guest): (instr: Instr) => number | undefined {
  const chipWith = (name: string): number => machine.chips.findIndex(({ operations }) => operations?.includes(name))
  return ({ row, rd }) => {
    if (row.name === 'terminate') return undefined
    const named = chipWith(row.name)
    return named < 0 || (rd === 0 && (row.kind === 'alu' || row.kind === 'upper')) ? chipWith('nop') : named
  }
}

/** What the machine file says of memory; both sizes of leaves fill the same address space. */
function treeOf({ machine: { memory } }: Guest): PlainTree {
  const { leafBytes, height } = plainTrees[memory.leafBytes === 8 ? 32 : 64]
  return { leafBytes, height, leafRows: memory.rowsPerLeaf ?? 1 }
}

/** Runs a guest in an interpreter of its own and records its blocks. */
export function trace(
  guest: Guest,
  { inputs = [], publicValuesBytes, seed, args, maxInstructions = 10_000_000 }: ExecuteOptions = {},
): Trace {
  const { image, abi, machine } = guest
  const tree = treeOf(guest)
  const { leafBytes } = tree
  const longestSpan = Math.min(1000, machine.limits.checkInterval)
  const decode = decoderFor(image.xlen, abi)
  const { program, spanStarts } = buildGraph(lift(image, decode), longestSpan)
  const chipOf = chipNamer(guest)
  const chipWith = (name: string): number => machine.chips.findIndex(({ operations }) => operations?.includes(name))
  const chips = new Map<Instr, number | undefined>()
  const blocks: OpenBlock[] = []
  let instructions = 0
  const current = (): OpenBlock => blocks.at(-1)!
  const watcher: Watcher = {
    spans: {
      startsSpan: pc => spanStarts[(pc - program.base) / 4] === 1,
      longestSpan,
      enter(length) {
        blocks.push({ instructions: 0, length, rows: [], touches: [], executed: [] })
        return true
      },
    },
    retired(instr, pc, rows) {
      instructions++
      current().instructions++
      if (instr === undefined) return
      const own: (readonly [number, number])[] = []
      current().executed.push({ pc, rows: own })
      if (!chips.has(instr)) chips.set(instr, chipOf(instr))
      const chip = chips.get(instr)
      if (chip !== undefined) own.push([chip, rows])
      if (instr.row.kind === 'call')
        for (const [name, count] of Object.entries(instr.row.extraRows ?? {})) own.push([chipWith(name), count])
    },
    touched(space, address, length) {
      const { touches } = current()
      for (let at = address - (address % leafBytes); at < address + length; at += leafBytes) {
        const leaf = leafIdOf(space + 1, at, tree)
        if (!touches.includes(leaf)) touches.push(leaf)
      }
    },
  }
  const abiOptions = {
    inputs,
    ...(publicValuesBytes !== undefined && { publicValuesBytes }),
    ...(seed !== undefined && { seed }),
    ...(args && { args }),
  }
  const hart = createHart(image.xlen, new Uint8Array(MEMORY_BYTES))
  loadImage(image, hart.memory)
  abi.start(image, hart, abiOptions)
  const { reason } = createInterpreter(image, abi, { watcher }).run(hart, abi.host.create(image, abiOptions), {
    maxInstructions: Number(maxInstructions),
    print: () => {},
  })
  for (const block of blocks) block.rows = rowsOf(block.executed, guest)
  const imageLeaves = new Set<number>()
  for (const { address, bytes } of image.segments)
    for (const [at, byte] of bytes.entries())
      if (byte !== 0) imageLeaves.add(leafIdOf(addressSpaces.memory, address + at, tree))
  return {
    blocks,
    imageLeaves,
    tree,
    instructions,
    slots: definedSlots(image, decode),
    registerLeaves: machine.memory.registerBytes / leafBytes,
    outcome: reason.type === 'trap' ? 'trapped' : reason.type === 'terminated' ? 'terminated' : 'limit',
  }
}

function plainMachine({ machine }: Guest, limits: Limits): PlainMachine {
  const { chips, memoryChips, limits: defaults } = machine
  return { chips, memoryChips, limits: { ...defaults, ...limits } }
}

export interface Piece {
  readonly instretStart: number
  readonly instructions: number
  readonly heights: readonly number[]
  readonly reason: string
  readonly overLimit: boolean
}

/** Segments by the plain model; the open segment of a run that was stopped is the last one, with reason `open`. */
export function plainPieces(guest: Guest, traced: Trace, limits: Limits = {}): Piece[] {
  const last = { trapped: 'trap', terminated: 'end', limit: 'open' }[traced.outcome]
  return segmentPlainly({ ...traced, machine: plainMachine(guest, limits) }).map(({ warning, reason, ...rest }) => ({
    ...rest,
    reason: reason === 'end' ? last : reason,
    overLimit: warning,
  }))
}

/** Segments of a run in the same form. */
export function piecesOf({ segments, openSegment, instret }: Run): Piece[] {
  const pieces = segments.map((segment): Piece => ({ ...segment, overLimit: segment.overLimit === true }))
  if (openSegment !== undefined)
    pieces.push({
      ...openSegment,
      instructions: Number(instret) - openSegment.instretStart,
      reason: 'open',
      overLimit: false,
    })
  return pieces
}

/** Fails at the first piece that differs, naming the chips. */
export function expectPieces(found: readonly Piece[], wanted: readonly Piece[], { machine }: Guest, who: string): void {
  const named = ({ heights, ...rest }: Piece): object => ({
    ...rest,
    heights: Object.fromEntries(heights.map((height, chip) => [machine.chips[chip]!.name, height])),
  })
  for (const [index, piece] of wanted.entries()) {
    const other = found[index]
    if (other === undefined || JSON.stringify(named(other)) !== JSON.stringify(named(piece)))
      expect(other && named(other), `${who}, segment ${index}`).toEqual(named(piece))
  }
  expect(found.length, `${who}, segments`).toBe(wanted.length)
}

/** The least limits that an empty segment keeps to: what the chips of constant height and the registers take. */
export function floorLimits(
  guest: Guest,
  { slots, registerLeaves, tree }: Trace,
): { maxMemoryBytes: number; maxInteractions: number } {
  const machine = plainMachine(guest, {})
  const registers = Array.from({ length: registerLeaves }, (_, leaf) => leaf)
  // Registers of a later segment: all their initial hashes are paid for.
  const heights = heightsOf(machine, slots, [], memoryRows(registers, registers, [], tree))
  return {
    maxMemoryBytes: Math.ceil(estimateBytes(machine.chips, heights)),
    maxInteractions: countInteractions(machine.chips, heights),
  }
}
