/** What mode `shards` has counted → shards with names and costs. */
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { rowsPerLeaf } from '../machine/leaves.ts'
import type { Machine } from '../machine/machine.ts'
import type { Crossings, RegisterCrossing, ShardCounts, ShardTotals } from '../modes/shards/counts.ts'
import { codePlaces } from './code-places.ts'
import type { GuestShard, GuestShards, ShardSide } from './guest-shards.ts'
import { copiesOf, linesOf, registerLines } from './lines.ts'
import { add, sidesOf, type Side } from './sides.ts'

interface CountedRun {
  readonly image: Image
  readonly machine: Machine
  /** Trace cells for each external write and each external read. */
  readonly wordCost: number
}

/** The number of crossings from both sides is the same. @throws RvrError `INTERNAL` where it is not */
export function guestShards(counts: ShardCounts, { image, machine, wordCost }: CountedRun): GuestShards {
  const { crossings, registers } = counts
  const accesses = registers.flatMap(({ from, to }) => [from, to]).filter(pc => pc !== undefined)
  const places = codePlaces(image, [...accesses, ...new Set(crossings.from), ...new Set(crossings.to)])
  const writes = sidesOf(crossings, 'producer', places)
  const reads = sidesOf(crossings, 'consumer', places)
  const staticLater = wordsOf(crossings, line => crossings.from[line]! < 0)
  const dynamicLater = wordsOf(crossings, line => crossings.alone[line] === 1)
  const [registersWritten, registersRead] = [registersOf(registers, 'producer'), registersOf(registers, 'consumer')]
  const shards = counts.shards.map((shard, number): GuestShard => {
    const [externalWrites, externalReads] = [writes.get(number) ?? NOTHING, reads.get(number) ?? NOTHING]
    return {
      ...shard,
      externalWrites,
      externalReads,
      staticLater: staticLater.get(number) ?? 0,
      dynamicLater: dynamicLater.get(number) ?? 0,
      registersWritten: registersWritten.get(number) ?? 0,
      registersRead: registersRead.get(number) ?? 0,
      memoryCells: memoryCells(shard, machine),
      wordCells: wordCost * (externalWrites.words + externalReads.words),
    }
  })
  const total = (value: (shard: GuestShard) => number): number => sum(shards.map(value))
  const written = total(({ externalWrites }) => externalWrites.words)
  const read = total(({ externalReads }) => externalReads.words)
  if (written !== read)
    throw new RvrError('INTERNAL', `shards have ${written} external writes and ${read} external reads`)
  return {
    instructions: total(({ instructions }) => instructions),
    wordCost,
    shards,
    totals: {
      crossings: written,
      staticLater: total(shard => shard.staticLater),
      dynamicLater: total(shard => shard.dynamicLater),
      registers: total(shard => shard.registersRead),
      memoryCells: total(shard => shard.memoryCells),
      wordCells: total(shard => shard.wordCells),
    },
    lines: linesOf(crossings, places),
    copies: copiesOf(crossings, places),
    registers: registerLines(registers, places),
  }
}

const NOTHING: ShardSide = { words: 0, regions: {}, functions: [], instructions: [], copied: 0 }

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/**
 * Rows of leaves and nodes are those of docs/metering.md, "Memory tables": a node that held nothing but zeros has one
 * hash, others two. Levels above guest memory, registers and padding are left out.
 */
function memoryCells(shard: ShardTotals, machine: Machine): number {
  const { leaves, nodes, zeroLeaves, zeroNodes } = shard
  const { boundary, merkle, hash } = machine.memoryChips
  const width = (chip: number): number => machine.chips[chip]!.width
  const hashes = 2 * (leaves + nodes) - zeroLeaves - zeroNodes
  return rowsPerLeaf(machine) * leaves * width(boundary) + 2 * nodes * width(merkle) + hashes * width(hash)
}

function registersOf(crossings: readonly RegisterCrossing[], side: Side): Map<number, number> {
  const found = new Map<number, number>()
  for (const crossing of crossings) add(found, crossing[side], 1)
  return found
}

/** Words of lines, by producer. */
function wordsOf({ producer, words }: Crossings, counts: (line: number) => boolean): Map<number, number> {
  const found = new Map<number, number>()
  for (const [line, shard] of producer.entries()) if (counts(line)) add(found, shard, words[line]!)
  return found
}
