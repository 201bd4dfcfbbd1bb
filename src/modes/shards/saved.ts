/** A run in mode `shards` as saved runs have it: columns as byte strings, looked through before they are taken. */
import * as v from 'valibot'
import { MEMORY_BYTES } from '../../elf/image.ts'
import type { SlotBytes } from '../../isa/row.ts'
import { regionNames, UNKNOWN } from '../../layout/shards.ts'
import type { Crossings, RegisterCrossing, ShardTotals } from './counts.ts'
import type { TableState } from './table-state.ts'

const whole = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(max))
const count = whole(Number.MAX_SAFE_INTEGER)
const small = whole(2 ** 32 - 1)
/** Number of a byte string: a column, little-endian. */
const column = count
const counts = {
  words: small,
  fresh: small,
  leaves: small,
  nodes: small,
  zeroLeaves: small,
  zeroNodes: small,
  pages: small,
}

const Saved = v.strictObject({
  ends: v.array(count),
  /** Those that have ended. */
  shards: v.array(v.strictObject({ start: count, instructions: count, ...counts })),
  crossings: v.strictObject({
    producer: column,
    consumer: column,
    from: column,
    to: column,
    region: column,
    alone: column,
    words: column,
  }),
  /** Producer, consumer, register and both addresses of each, one after the other. */
  registers: column,
  table: v.strictObject({
    words: column,
    shards: column,
    slots: column,
    counts: v.array(small),
    accessed: small,
    registers: column,
  }),
})
type Saved = v.InferOutput<typeof Saved>

export interface ShardsState {
  readonly ends: readonly number[]
  readonly ended: readonly ShardTotals[]
  readonly crossings: Crossings
  readonly registers: readonly RegisterCrossing[]
  readonly table: TableState
}

type Numbers = Uint8Array | Int32Array | Uint32Array | Float64Array
const REGISTER_WORDS = 5

export function savedShards(state: ShardsState, keep: (bytes: Uint8Array) => number): Saved {
  const one = ({ buffer, byteOffset, byteLength }: Numbers): number =>
    keep(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength))
  const { ends, ended, crossings, registers, table } = state
  const { producer, consumer, from, to, region, alone, words } = crossings
  const lines = registers.flatMap(line => [
    line.producer,
    line.consumer,
    line.register,
    line.from ?? UNKNOWN,
    line.to ?? UNKNOWN,
  ])
  return {
    ends: [...ends],
    shards: ended.map(shard => ({ ...shard })),
    crossings: {
      producer: one(producer),
      consumer: one(consumer),
      from: one(from),
      to: one(to),
      region: one(region),
      alone: one(alone),
      words: one(words),
    },
    registers: one(Uint32Array.from(lines)),
    table: {
      words: one(table.words),
      shards: one(table.shards),
      slots: one(table.slots),
      counts: [...table.counts],
      accessed: table.accessed,
      registers: one(table.registers),
    },
  }
}

const wrong = (what: string): Error => new Error(`${what} of the shards`)

/** The run that was saved, and its byte strings. */
interface SavedSource {
  readonly instructions: bigint
  readonly slotBytes: SlotBytes
  bytes(index: number): Uint8Array
}

/** @throws Error where `saved` is no such data or contradicts itself; the table is left to who fills it. */
export function restoredShards(saved: unknown, { instructions, slotBytes, bytes }: SavedSource): ShardsState {
  const { ends, shards, crossings, registers, table } = v.parse(Saved, saved)
  const read = <T>(Type: { new (buffer: ArrayBuffer): T; readonly BYTES_PER_ELEMENT: number }, of: number): T => {
    const content = bytes(of)
    if (content.length % Type.BYTES_PER_ELEMENT !== 0) throw wrong('columns')
    return new Type(content.slice().buffer)
  }
  checkPlan(ends, shards, Number(instructions))
  const columns: Crossings = {
    producer: read(Uint32Array, crossings.producer),
    consumer: read(Uint32Array, crossings.consumer),
    from: read(Int32Array, crossings.from),
    to: read(Int32Array, crossings.to),
    region: read(Uint8Array, crossings.region),
    alone: read(Uint8Array, crossings.alone),
    words: read(Float64Array, crossings.words),
  }
  checkCrossings(columns, shards.length, slotBytes)
  return {
    ends,
    ended: shards,
    crossings: columns,
    registers: registersIn(read(Uint32Array, registers), shards.length, slotBytes),
    table: {
      words: read(Uint32Array, table.words),
      shards: read(Uint32Array, table.shards),
      slots: read(Uint32Array, table.slots),
      counts: table.counts,
      accessed: table.accessed,
      registers: read(Uint32Array, table.registers),
    },
  }
}

function checkPlan(ends: readonly number[], shards: Saved['shards'], instructions: number): void {
  if (!Number.isSafeInteger(instructions) || ends.some((end, index) => end <= (ends[index - 1] ?? 0)))
    throw wrong('ends')
  const isEnded = shards.every(
    ({ start, instructions: own }, index) => start === (ends[index - 1] ?? 0) && start + own === ends[index],
  )
  const [last, next] = [ends[shards.length - 1] ?? 0, ends[shards.length] ?? Infinity]
  if (!isEnded || last > instructions || next < instructions) throw wrong('counts')
}

const isAddress = (pc: number, slotBytes: SlotBytes): boolean => pc >= 0 && pc < MEMORY_BYTES && pc % slotBytes === 0

function checkCrossings(columns: Crossings, open: number, slotBytes: SlotBytes): void {
  const { producer, consumer, from, to, region, alone, words } = columns
  const isWhole = Object.values(columns).every(({ length }: Numbers) => length === words.length)
  const isRight = (line: number): boolean =>
    producer[line]! < consumer[line]! &&
    consumer[line]! <= open &&
    (from[line] === -1 || isAddress(from[line]!, slotBytes)) &&
    isAddress(to[line]!, slotBytes) &&
    region[line]! < regionNames.length &&
    alone[line]! <= 1 &&
    Number.isSafeInteger(words[line]) &&
    words[line]! > 0
  if (!isWhole || !words.every((_, line) => isRight(line))) throw wrong('crossings')
}

function registersIn(values: Uint32Array, open: number, slotBytes: SlotBytes): RegisterCrossing[] {
  if (values.length % REGISTER_WORDS !== 0) throw wrong('registers')
  const found: RegisterCrossing[] = []
  for (let at = 0; at < values.length; at += REGISTER_WORDS) {
    const [producer, consumer, register, from, to] = values.subarray(at, at + REGISTER_WORDS)
    const isPlace = (pc: number): boolean => pc === UNKNOWN || isAddress(pc, slotBytes)
    const isRegister = register! >= 1 && register! <= 31
    if (producer! >= consumer! || consumer! >= open || !isRegister || !isPlace(from!) || !isPlace(to!))
      throw wrong('registers')
    const place = (pc: number): number | undefined => (pc === UNKNOWN ? undefined : pc)
    found.push({ producer: producer!, consumer: consumer!, register: register!, from: place(from!), to: place(to!) })
  }
  return found
}
