/** What mode `shards` has counted → shards with names and costs. */
import type { Image } from '../elf/image.ts'
import { placeAt } from '../elf/symbols.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import { regionNames, type RegionName } from '../layout/shards.ts'
import { rowsPerLeaf } from '../machine/leaves.ts'
import type { Machine } from '../machine/machine.ts'
import type { Crossings, ShardCounts, ShardTotals } from '../modes/shards/counts.ts'
import { LOADER, type CrossingLine, type GuestShard, type GuestShards, type ShardSide } from './guest-shards.ts'

interface CountedRun {
  readonly image: Image
  readonly machine: Machine
  /** Trace cells for each external write and each external read. */
  readonly wordCost: number
}

/** The number of crossings from both sides is the same. @throws RvrError `INTERNAL` where it is not */
export function guestShards(counts: ShardCounts, { image, machine, wordCost }: CountedRun): GuestShards {
  const names = functionNames(image)
  const { crossings, registers } = counts
  const writes = sidesOf(crossings, 'producer', pc => names(pc))
  const reads = sidesOf(crossings, 'consumer', pc => names(pc))
  const staticLater = wordsOf(crossings, line => crossings.from[line]! < 0)
  const dynamicLater = wordsOf(crossings, line => crossings.alone[line] === 1)
  const registersOf = (side: 'producer' | 'consumer', shard: number): number =>
    sum(registers.filter(line => line[side] === shard).map(line => line.registers))
  const shards = counts.shards.map((shard, number): GuestShard => {
    const [externalWrites, externalReads] = [writes.get(number) ?? NOTHING, reads.get(number) ?? NOTHING]
    return {
      ...shard,
      externalWrites,
      externalReads,
      staticLater: staticLater.get(number) ?? 0,
      dynamicLater: dynamicLater.get(number) ?? 0,
      registersWritten: registersOf('producer', number),
      registersRead: registersOf('consumer', number),
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
    lines: linesOf(crossings, names),
  }
}

const NOTHING: ShardSide = { words: 0, regions: {}, functions: [] }

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function functionNames(image: Image): (pc: number) => string {
  const known = new Map<number, string>([[-1, LOADER]])
  return pc => {
    let name = known.get(pc)
    if (name === undefined) known.set(pc, (name = placeAt(image, pc)?.name ?? hexText(pc)))
    return name
  }
}

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

/** Words of lines, by producer. */
function wordsOf({ producer, words }: Crossings, counts: (line: number) => boolean): Map<number, number> {
  const found = new Map<number, number>()
  for (const [line, shard] of producer.entries())
    if (counts(line)) found.set(shard, (found.get(shard) ?? 0) + words[line]!)
  return found
}

function sidesOf(
  crossings: Crossings,
  side: 'producer' | 'consumer',
  nameOf: (pc: number) => string,
): Map<number, ShardSide> {
  const pcs = side === 'producer' ? crossings.from : crossings.to
  const found = new Map<number, { regions: Map<RegionName, number>; functions: Map<string, number> }>()
  for (const [line, shard] of crossings[side].entries()) {
    let own = found.get(shard)
    if (own === undefined) found.set(shard, (own = { regions: new Map(), functions: new Map() }))
    const words = crossings.words[line]!
    add(own.regions, regionNames[crossings.region[line]!]!, words)
    add(own.functions, nameOf(pcs[line]!), words)
  }
  return new Map([...found].map(([shard, { regions, functions }]) => [shard, sideOf(regions, functions)]))
}

function sideOf(regions: ReadonlyMap<RegionName, number>, functions: ReadonlyMap<string, number>): ShardSide {
  return {
    words: sum([...regions.values()]),
    regions: Object.fromEntries(regionNames.flatMap(name => (regions.has(name) ? [[name, regions.get(name)!]] : []))),
    functions: [...functions].map(([name, words]) => ({ function: name, words })).toSorted(byWords),
  }
}

function add<Key>(counts: Map<Key, number>, key: Key, words: number): void {
  counts.set(key, (counts.get(key) ?? 0) + words)
}

const byWords = (a: { words: number; function: string }, b: { words: number; function: string }): number =>
  b.words - a.words || (a.function < b.function ? -1 : 1)

function linesOf({ from, to, region, words }: Crossings, nameOf: (pc: number) => string): CrossingLine[] {
  const found = new Map<string, { readonly line: number; words: number }>()
  for (const [line, count] of words.entries()) {
    const key = `${from[line]} ${to[line]} ${region[line]}`
    const known = found.get(key)
    if (known === undefined) found.set(key, { line, words: count })
    else known.words += count
  }
  const place = (pc: number) => ({ pc: pc < 0 ? undefined : pc, function: nameOf(pc) })
  return [...found.values()]
    .toSorted((a, b) => b.words - a.words || from[a.line]! - from[b.line]! || to[a.line]! - to[b.line]!)
    .map(({ line, words: count }) => ({
      producer: place(from[line]!),
      consumer: place(to[line]!),
      region: regionNames[region[line]!]!,
      words: count,
    }))
}
