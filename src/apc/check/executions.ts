/** Random executions of blocks: rows of their instructions, from registers and memory that hold anything likely. */
import type { Air, AirSet, Coding } from '../../air/air.ts'
import { RowEvaluator } from '../../air/evaluate.ts'
import { subtract } from '../../air/field.ts'
import { fillRow, programRow } from '../../air/fill.ts'
import type { Xlen } from '../../elf/image.ts'
import type { Instr } from '../../isa/row.ts'
import { operationOf } from '../../machine/machine.ts'
import { systemBuses } from '../../air/system-buses.ts'
import { execute } from './execute.ts'
import { LikelyMemory } from './memory.ts'
import { randomSource } from './random.ts'

/** AIRs of instructions, and the width of registers that they are for. */
export interface InstructionSet {
  readonly xlen: Xlen
  readonly set: AirSet
}

export interface Execution {
  readonly rows: readonly (readonly number[])[]
  /** Entries of the program table: opcode and operands. */
  readonly entries: readonly (readonly number[])[]
  /** Each instruction goes on with the next one. */
  readonly isStraight: boolean
}

const LATEST = 1 << 20
const OPERANDS = 'abcdefg'

/**
 * One execution. Addresses of loads and stores are likely to be some that rows can have, and likely to meet; where they
 * are not, the rows satisfy no AIR.
 */
export function execution(machine: InstructionSet, instructions: readonly Instr[], seed: number): Execution {
  const random = randomSource(seed)
  const content = likelyContent(machine.xlen, seed, random)
  let [ts, isStraight] = [LATEST + random(LATEST), true]
  const memory = new LikelyMemory(machine.xlen, (space, at) => ({
    content: space === 1 && at === 0 ? 0n : content(),
    last: random(4) === 0 ? 0 : random(LATEST),
  }))
  const rows: (readonly number[])[] = []
  const entries: (readonly number[])[] = []
  for (const [index, instr] of instructions.entries()) {
    const { air, coding } = codingOf(machine.set, instr)
    const entry = programRow(coding, instr)
    const { result, next } = execute(instr, memory, machine.xlen)
    const operands = Object.fromEntries(['opcode', ...OPERANDS].map((name, at) => [name, entry[at]!]))
    const row = fillRow(air, { pc: instr.pc, ts, ...operands, result, next_pc: next, hint: 0n, row: 0 }, memory)
    if (index + 1 < instructions.length && next !== instructions[index + 1]!.pc) isStraight = false
    rows.push(row)
    entries.push(entry)
    ts += durationOf(machine, air, row)
  }
  return { rows, entries, isStraight }
}

/** What registers and blocks of memory hold: mostly pointers, of which few meet. */
function likelyContent(xlen: Xlen, seed: number, random: (bound: number) => number): () => bigint {
  const special = [0n, 1n, 2n, 255n, 2n ** BigInt(xlen - 1), 2n ** BigInt(xlen) - 1n, 0x80n, 0xff00n]
  const pointer = (): bigint =>
    BigInt(0x10_0000 + 4 * random(seed % 3 === 0 ? 4 : 2 ** 20) + (seed % 5 === 0 ? random(4) : 0))
  const pointers = 6 + (seed % 5)
  return () => {
    const kind = random(10)
    if (kind < pointers) return pointer()
    if (kind === 9) return special[random(special.length)]!
    if (kind === 8) return BigInt(random(4) * 4 ** random(3))
    return BigInt.asUintN(xlen, BigInt(random(2 ** 32)) * BigInt(1 + random(2 ** 30)))
  }
}

/** The AIR that an instruction adds a row to, and how it stands in the program table. */
function codingOf({ airs }: AirSet, instr: Instr): { readonly air: Air; readonly coding: Coding } {
  const wanted = [operationOf(instr), 'nop']
  for (const name of wanted)
    for (const air of airs) for (const coding of air.codings) if (coding.instruction === name) return { air, coding }
  throw new Error(`no AIR has rows for ${instr.row.name}`)
}

const durations = new WeakMap<Air, RowEvaluator>()

/** Times of memory that an instruction owns: what the state that it sends is later than the one that it receives. */
function durationOf({ set, xlen }: InstructionSet, air: Air, row: readonly number[]): number {
  let evaluator = durations.get(air)
  if (evaluator === undefined) {
    const buses = systemBuses(set.buses, xlen)
    const states = air.interactions.filter(({ bus }) => buses[bus]!.role.kind === 'state')
    const times = ['receive', 'send'].map(wanted => {
      const { bus, fields } = states.find(({ direction }) => direction === wanted)!
      return fields[buses[bus]!.fields.indexOf('ts')]!
    })
    durations.set(air, (evaluator = new RowEvaluator(times)))
  }
  evaluator.at({ cells: row, width: row.length, height: 1, publics: [] }, 0)
  return subtract(evaluator.value(1), evaluator.value(0))
}
