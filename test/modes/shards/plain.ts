/** Crossings by their definition alone: a log of every access of a run, and each word's accesses one after another. */
import { expect } from 'vitest'
import { MEMORY_BYTES } from '../../../src/elf/image.ts'
import type { AbiOptions } from '../../../src/extensions/abi.ts'
import type { Guest, Run } from '../../../src/index.ts'
import { createInterpreter } from '../../../src/interp/interpreter.ts'
import { loadImage } from '../../../src/interp/memory.ts'
import type { Instr } from '../../../src/isa/row.ts'
import type { RegisterCrossing, ShardCounts, ShardsResult } from '../../../src/modes/shards/counts.ts'
import { createHart } from '../../../src/program/hart.ts'

interface Access {
  readonly shard: number
  /** Instructions retired before its own. */
  readonly instret: number
  readonly pc: number
  readonly kind: Instr['row']['kind']
}

/** All accesses of a run by word: `memory 12`, `public 3`, `register 10`. */
interface Log {
  readonly words: ReadonlyMap<string, readonly Access[]>
  readonly instret: number
}

/** The registers that an instruction's encoding says it reads or writes. */
function registersOf({ row, rd, rs1, rs2 }: Instr): number[] {
  switch (row.kind) {
    case 'alu':
      return row.source === 'register' ? [rd, rs1, rs2] : [rd, rs1]
    case 'load':
    case 'jalr':
      return [rd, rs1]
    case 'store':
    case 'branch':
      return [rs1, rs2]
    case 'upper':
    case 'jal':
      return [rd]
    case 'host':
      return [rd, rs1, rs2]
    case 'call': {
      const operands = row.operands.flatMap(operand => [
        operand.register === 'rd' ? rd : operand.register === 'rs1' ? rs1 : rs2,
        ...('bytes' in operand && operand.bytes === 'rs2' ? [rs2] : []),
      ])
      return row.result === 'register' ? [...operands, rd] : operands
    }
    default:
      return []
  }
}

function logOf({ image, abi }: Guest, options: Partial<AbiOptions>, ends: readonly number[], last: number): Log {
  const words = new Map<string, Access[]>()
  const bytes = image.xlen / 8
  let instret = 0
  let touched: { space: number; address: number; length: number }[] = []
  const hart = createHart(image.xlen, new Uint8Array(MEMORY_BYTES))
  loadImage(image, hart.memory)
  const given = { inputs: [], ...options }
  abi.start(image, hart, given)
  const host = abi.host.create(image, given)
  const interpreter = createInterpreter(image, abi, {
    watcher: {
      touched: (space, address, length) => touched.push({ space, address, length }),
      retired(instr, pc) {
        const shard = ends.filter(end => end <= instret).length
        const places = new Set<string>()
        for (const { space, address, length } of touched)
          for (let at = address; at < address + length; at++)
            places.add(`${space === 1 ? 'memory' : 'public'} ${Math.floor(at / bytes)}`)
        for (const register of instr === undefined ? [] : registersOf(instr))
          if (register !== 0) places.add(`register ${register}`)
        for (const place of places) {
          const accesses = words.get(place) ?? []
          words.set(place, accesses)
          accesses.push({ shard, instret, pc, kind: instr!.row.kind })
        }
        touched = []
        instret++
      },
    },
  })
  interpreter.run(hart, host, { maxInstructions: last, print: () => {} })
  return { words, instret }
}

/** What is compared of a word that crosses. */
interface Event {
  readonly producer: number
  readonly consumer: number
  readonly from: number
  readonly to: number
  readonly region: string
  readonly alone: boolean
}

function eventsOf(place: string, accesses: readonly Access[], { image }: Guest): Event[] {
  const [space, number] = place.split(' ')
  const bytes = image.xlen / 8
  const address = Number(number) * bytes
  const meets = (from: number, length: number): boolean => address < from + length && from < address + bytes
  const isLoaded = image.segments.some(segment => meets(segment.address, segment.bytes.length))
  const isStatic = image.segments.some(segment => meets(segment.address, segment.memorySize))
  const lowest = Math.min(...image.segments.map(segment => segment.address))
  const isStack = address + bytes <= lowest || address >= MEMORY_BYTES - 8 * 1024 * 1024 - 8192
  const regionAt = (index: number): string => {
    if (space === 'public') return 'public'
    if (accesses.slice(0, index + 1).some(({ kind }) => kind === 'host')) return 'hint'
    return isStatic ? 'static' : isStack ? 'stack' : 'heap'
  }
  const events: Event[] = []
  const first = accesses[0]!
  if (space === 'memory' && isLoaded && first.shard > 0 && first.kind !== 'host')
    events.push({ producer: 0, consumer: first.shard, from: -1, to: first.pc, region: 'static', alone: false })
  for (const [index, { shard, pc }] of accesses.entries()) {
    const before = accesses[index - 1]
    if (before === undefined || before.shard === shard) continue
    const region = regionAt(index)
    const isOnly = index === 1 && (before.kind === 'store' || before.kind === 'host')
    const alone = isOnly && !isLoaded && (region === 'heap' || region === 'hint')
    events.push({ producer: before.shard, consumer: shard, from: before.pc, to: pc, region, alone })
  }
  return events
}

const REGIONS = ['static', 'stack', 'heap', 'hint', 'public']

function counted(lines: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const line of lines) counts[line] = (counts[line] ?? 0) + 1
  return counts
}

const keyOf = ({ producer, consumer, from, to, region, alone }: Event): string =>
  `${producer} → ${consumer}: ${from.toString(16)} → ${to.toString(16)} ${region}${alone ? ' alone' : ''}`

export const countsOf = (run: Run): ShardCounts => (run.collected as ShardsResult).shards

/** Fails unless the run has counted what its log of accesses says. */
export function expectCrossings(
  guest: Guest,
  options: Partial<AbiOptions> & { readonly shardEnds?: readonly number[] },
  run: Run,
): void {
  const { shardEnds = [], ...others } = options
  const { shards, crossings, registers } = countsOf(run)
  const last = Number(run.instret)
  const ends = shardEnds.filter(end => end <= last)
  const log = logOf(guest, others, ends, last)
  expect(log.instret).toBe(last)
  const { words } = log
  const wanted: string[] = []
  const wantedRegisters: string[] = []
  const foundRegisters: string[] = []
  for (const [place, accesses] of words) {
    const events = eventsOf(place, accesses, guest)
    if (place.startsWith('register')) {
      const number = Number(place.split(' ')[1])
      const own = registers.filter(({ register }) => register === number)
      for (const line of own) foundRegisters.push(`${number}: ${line.producer} → ${line.consumer}`)
      for (const { producer, consumer } of events) wantedRegisters.push(`${number}: ${producer} → ${consumer}`)
      for (const line of own) expectPlaces(line, accesses, ends, run.engine === 'interp' ? Infinity : EDGE)
    } else for (const event of events) wanted.push(keyOf(event))
  }
  const found: Record<string, number> = {}
  for (const [line, count] of crossings.words.entries()) {
    const key = keyOf({
      producer: crossings.producer[line]!,
      consumer: crossings.consumer[line]!,
      from: crossings.from[line]!,
      to: crossings.to[line]!,
      region: REGIONS[crossings.region[line]!]!,
      alone: crossings.alone[line] === 1,
    })
    expect(found[key], key).toBeUndefined()
    found[key] = count
  }
  expect(found).toEqual(counted(wanted))
  expect(foundRegisters.toSorted()).toEqual(wantedRegisters.toSorted())
  expect(registers.length).toBe(foundRegisters.length)
  expectTotals(shards, words, guest, [0, ...ends, ...(ends.at(-1) === last ? [] : [last])])
}

/** As far from a cut accesses of registers are known, whoever executes them. */
const EDGE = 256

/** Places of a register's crossing are right where they are known, and known at cuts. */
function expectPlaces(
  { producer, consumer, from, to }: RegisterCrossing,
  accesses: readonly Access[],
  ends: readonly number[],
  edge: number,
): void {
  const last = accesses.findLast(({ shard }) => shard === producer)!
  const first = accesses.find(({ shard }) => shard === consumer)!
  const isKnown = [ends[producer]! - last.instret <= edge, first.instret - ends[consumer - 1]! < edge]
  expect([from ?? last.pc, to ?? first.pc]).toEqual([last.pc, first.pc])
  expect([isKnown[0]! && from === undefined, isKnown[1]! && to === undefined]).toEqual([false, false])
}

/** Words, leaves, nodes and pages of each shard. */
function expectTotals(
  shards: ShardCounts['shards'],
  words: Log['words'],
  { image, machine }: Guest,
  ends: readonly number[],
): void {
  const bytes = image.xlen / 8
  const leafBytes = machine.memory.leafBytes ?? 16
  const top = Math.log2(MEMORY_BYTES / leafBytes)
  const known = new Set<string>()
  for (const { address, bytes: content } of image.segments)
    for (const [at, value] of content.entries())
      if (value !== 0)
        for (let height = 0, node = Math.floor((address + at) / leafBytes); height <= top; height++, node >>= 1) {
          if (known.has(`${height} ${node}`)) break
          known.add(`${height} ${node}`)
        }
  const all = [...words].filter(([place]) => !place.startsWith('register'))
  for (const [number, shard] of shards.entries()) {
    const own = all.filter(([, accesses]) => accesses.some(access => access.shard === number))
    const fresh = own.filter(([, accesses]) => accesses[0]!.shard === number)
    const addresses = own
      .filter(([place]) => place.startsWith('memory'))
      .map(([place]) => Number(place.split(' ')[1]) * bytes)
    const leaves = new Set(addresses.map(address => Math.floor(address / leafBytes)))
    const nodes = new Set<string>()
    for (const leaf of leaves)
      for (let height = 1, node = leaf >> 1; height <= top; height++, node >>= 1) nodes.add(`${height} ${node}`)
    const zeroLeaves = [...leaves].filter(leaf => !known.has(`0 ${leaf}`)).length
    const zeroNodes = [...nodes].filter(node => !known.has(node)).length
    const pages = new Set(addresses.map(address => Math.floor(address / 4096))).size
    for (const leaf of leaves) known.add(`0 ${leaf}`)
    for (const node of nodes) known.add(node)
    expect(shard, `shard ${number}`).toEqual({
      start: ends[number] ?? ends.at(-1),
      instructions: (ends[number + 1] ?? ends.at(-1)!) - (ends[number] ?? ends.at(-1)!),
      words: own.length,
      fresh: fresh.length,
      leaves: leaves.size,
      nodes: nodes.size,
      zeroLeaves,
      zeroNodes,
      pages,
    })
  }
}
