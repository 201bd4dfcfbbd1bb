/** Regions → C files of bounded size. */
import type { Graph, Region } from '../program/program.ts'
import { fixedAddresses, type Addresses } from './addresses.ts'
import { UnitAddresses } from './unit-addresses.ts'
import { declareRegions, type EmitterContext } from './emitter.ts'
import type { NamedFunction, Places } from './names.ts'
import type { ProjectFile } from './project.ts'
import { planner } from './plans.ts'
import { RegionText } from './region-text.ts'
import { writeRegion } from './region-writer.ts'
import { startsUnit, type UnitLimits } from './unit-limits.ts'

export interface Unit extends ProjectFile {
  /** The table of addresses that the unit's text leaves out; absent where it has them all. */
  readonly addresses?: { readonly name: string; readonly values: readonly number[] }
}

/** Writes the regions of one kind into files `<prefix>_….c`, one at a time; region order is address order. */
export function* writeUnits(
  context: EmitterContext,
  regions: readonly Region[],
  prefix: string,
  limits: UnitLimits,
): Generator<Unit> {
  const { graph, stable } = context
  if (stable === undefined) {
    const addresses = fixedAddresses(graph.program.xlen)
    for (const [index, part] of cutBySize(graph, regions, limits.size).entries())
      yield {
        path: `${prefix}_${String(index).padStart(3, '0')}.c`,
        content: unitText(context, part, addresses),
      }
    return
  }
  const { places } = stable
  for (const part of cutByNames(graph, regions, places, limits)) {
    const pcs = part.map(region => startOf(graph, region))
    const first = places.functionAt(pcs[0]!)
    const last = places.functionAt(pcs.at(-1)!)
    const name = `${prefix}_at_${places.nameOf(first?.start ?? pcs[0]!)}`
    const addresses = new UnitAddresses(
      stable,
      graph.program.xlen,
      first?.start ?? pcs[0]!,
      last?.end ?? pcs.at(-1)! + graph.program.slotBytes,
    )
    const text = unitText(context, part, addresses, name)
    yield { path: `${name}.c`, content: text, addresses: { name, values: addresses.table } }
  }
}

/** `table`: the unit's name, where its text has a table of addresses. */
function unitText(context: EmitterContext, regions: readonly Region[], addresses: Addresses, table = ''): string {
  const functions: string[] = []
  const callees = new Set<string>()
  const plan = planner(context)
  for (const region of regions) {
    const own = new RegionText(context, plan(region), addresses, callees)
    functions.push(writeRegion(own))
    callees.add(own.name)
  }
  const count = addresses instanceof UnitAddresses ? addresses.table.length : 0
  const declaration = count === 0 ? '' : declareTable(table, count)
  return `#include "guest.h"\n\n${declaration}${declareRegions([...callees].toSorted())}\n${functions.join('\n')}`
}

const tableName = (unit: string): string => `addresses_of_${unit}`

const declareTable = (unit: string, count: number): string =>
  `/* Addresses of the guest that may move; in addresses.c. */
extern const reg at[${count}] __asm__("${tableName(unit)}") __attribute__((visibility("hidden")));
`

function defineTable({ name, values }: NonNullable<Unit['addresses']>): string {
  const entries = values.map(value => (value < 0 ? `(reg)${value}` : `0x${value.toString(16)}`))
  return `const reg ${tableName(name)}[${values.length}] = { ${entries.join(', ')} };\n`
}

/** The file that defines the tables of all units, and how many slots the guest has. */
export function addressesFile(units: readonly Unit[], slots: number): ProjectFile | undefined {
  const tables = units.flatMap(({ addresses }) => (addresses === undefined ? [] : [addresses]))
  if (tables.length === 0) return undefined
  const comment =
    "Addresses of the guest that may move, by unit: the unit's own first address, then those that it uses."
  return {
    path: 'addresses.c',
    content: `/* ${comment} */
#include "guest.h"

const uint64_t RVR_SLOTS = ${slots};
${tables.map(defineTable).join('')}`,
  }
}

const startOf = (graph: Graph, region: Region): number => graph.blocks[region.blocks[0]!]!.pc
const sizeOf = (graph: Graph, region: Region): number =>
  region.blocks.reduce((sum, id) => sum + graph.blocks[id]!.count, 0)

function cutBySize(graph: Graph, regions: readonly Region[], limit: number): Region[][] {
  const parts: Region[][] = []
  let part: Region[] = []
  let size = 0
  for (const region of regions) {
    part.push(region)
    size += sizeOf(graph, region)
    if (size < limit) continue
    parts.push(part)
    part = []
    size = 0
  }
  return part.length === 0 ? parts : [...parts, part]
}

/** Cuts in front of functions alone, so that what one function is made of stays together. */
function cutByNames(graph: Graph, regions: readonly Region[], places: Places, limits: UnitLimits): Region[][] {
  const byFunction = new Map<NamedFunction | undefined, Region[]>()
  for (const region of regions) {
    const owner = places.functionAt(startOf(graph, region))
    const known = byFunction.get(owner)
    if (known === undefined) byFunction.set(owner, [region])
    else known.push(region)
  }
  const parts: Region[][] = []
  let size = 0
  for (const [owner, own] of byFunction) {
    const added = own.reduce((sum, region) => sum + sizeOf(graph, region), 0)
    const cut =
      parts.length === 0 ||
      size >= limits.most ||
      (size >= limits.least && (added >= limits.most || (owner !== undefined && startsUnit(owner.name, limits))))
    if (cut) {
      parts.push([...own])
      size = added
    } else {
      for (const region of own) parts.at(-1)!.push(region)
      size += added
    }
  }
  return parts
}
