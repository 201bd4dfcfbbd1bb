/** Fills rows by the rules of an AIR, one at a time: slow, and the measure for whatever is faster. */
import type { Access, Air, Coding } from './air.ts'
import { columnValue, wordEvaluator, type WordSource } from './word.ts'

/** Blocks of memory and the times of their last accesses, as one segment has them. */
export interface Blocks {
  /** Accesses the block at a time: what it holds, and the time of the access before that, 0 if there was none. */
  access(place: BlockPlace): { readonly old: bigint; readonly last: number }
  /** What the block that was just accessed holds from then on. */
  write(place: BlockPlace, content: bigint): void
  /** Content of a register, without an access. */
  register(number: number): bigint
}

export interface BlockPlace {
  readonly space: number
  /** As messages have it. */
  readonly pointer: number
  readonly time: number
}

/** What a row is about: a value for each of the AIR's inputs. Inputs that are not given are 0. */
export type RowInputs = Readonly<Record<string, bigint | number>>

/** One row, as canonical field elements. Its accesses have taken place in `blocks`. */
export function fillRow({ rules }: Air, inputs: RowInputs, blocks: Blocks): number[] {
  const values = rules.inputs.map(name => BigInt(inputs[name] ?? 0))
  const seen: { readonly old: bigint; readonly last: number }[] = []
  const source: WordSource = {
    input: index => values[index]!,
    old: access => seen[access]!.old,
    last: access => BigInt(seen[access]!.last),
    register: number => blocks.register(Number(number)),
  }
  const valueOf = wordEvaluator(source)
  const perform = ({ space, pointer, time, writes, when }: Access): void => {
    if (when !== undefined && valueOf(when) === 0n) return void seen.push({ old: 0n, last: 0 })
    const place = { space: Number(valueOf(space)), pointer: Number(valueOf(pointer)), time: Number(valueOf(time)) }
    seen.push(blocks.access(place))
    if (writes !== undefined) blocks.write(place, valueOf(writes))
  }
  for (const access of rules.accesses) perform(access)
  return rules.columns.map(rule => columnValue(valueOf(rule)))
}

/** An instruction's fields; `imm` as a signed number, upper immediates without the twelve zeros below them. */
export interface InstructionFields {
  readonly rd: number
  readonly rs1: number
  readonly rs2: number
  readonly imm: number
}

/** The instruction's row of the program table: its opcode and the operands a, b, … g, as canonical field elements. */
export function programRow({ opcode, operands }: Coding, { rd, rs1, rs2, imm }: InstructionFields): number[] {
  const values = [rd, rs1, rs2, imm].map(BigInt)
  const none = (): bigint => 0n
  const valueOf = wordEvaluator({ input: index => values[index]!, old: none, last: none, register: none })
  return [opcode, ...operands.map(each => columnValue(valueOf(each)))]
}
