/** Published blocks and their constraint systems, which are no part of this repository: where they lie beside it. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { shippedAirs } from '../../src/air/load.ts'
import type { BlockMachine } from '../../src/apc/block.ts'
import { systemBuses } from '../../src/air/system-buses.ts'
import { busOfKind } from '../../src/apc/interchange/kinds.ts'
import type { Size } from '../../src/air/system.ts'
import { givenFile } from '../air/given.ts'

interface PublishedSize {
  readonly columns: number
  readonly bus_interactions: number
  readonly constraints: number
}

export interface PublishedBlock {
  readonly name: string
  readonly start_pc: number
  readonly executions: number
  readonly text: readonly string[]
  readonly instructions: readonly (readonly number[])[]
  readonly before: PublishedSize
  readonly after: PublishedSize
}

const blocksFile = givenFile('apc/blocks.json')

export const publishedBlocks: readonly PublishedBlock[] =
  blocksFile === undefined ? [] : JSON.parse(readFileSync(blocksFile, 'utf8')).blocks

export const publishedSize = ({ columns, bus_interactions: interactions, constraints }: PublishedSize): Size => ({
  columns,
  interactions,
  constraints,
})

export interface GivenSystem {
  /** `eth-001.before` */
  readonly name: string
  readonly bytes: Uint8Array
}

export function givenSystems(kind: 'before' | 'powdr'): readonly GivenSystem[] {
  const folder = givenFile('apc/systems')
  if (folder === undefined) return []
  const ending = '.json.gz'
  return globSync(`*.${kind}${ending}`, { cwd: fileURLToPath(folder) })
    .toSorted()
    .map(name => ({ name: name.slice(0, -ending.length), bytes: readFileSync(`${fileURLToPath(folder)}/${name}`) }))
}

const { airs, buses } = shippedAirs(32)

/** RV32IM with the tuple table of a machine: results depend on its size. */
export function rv32(tuple: readonly [number, number], id: number): BlockMachine {
  const other = busOfKind(id, { Other: { TupleRangeChecker: tuple } })!
  return { airs, buses: systemBuses(buses, 32).map(bus => (bus.name === 'pair' ? other : bus)) }
}

/** The machine that the published blocks are of. */
export const publishedMachine = rv32([256, 8192], 10)
