/** Blocks that are proved in one row → the tables by which a trace engine fills such rows. */
import type { Air, AirSet, BlockRows } from '../../air/air.ts'
import { ONE, type Expression } from '../../air/expression.ts'
import { histogramLayout, lookupTables } from '../../air/lookups.ts'
import { resourceText } from '../../resources.ts'
import { airCode, airText } from '../check/airs.ts'
import { widestOf } from '../check/project.ts'
import type { ProjectFile } from '../project.ts'
import { placeName } from '../rows/places.ts'
import { columnsOfTimes, type AccessKinds } from './menders.ts'
import { plannedBlocks, type PlannedBlock } from './planned-blocks.ts'

const template = (name: string): ProjectFile => ({ path: name, content: resourceText(`templates/replay/${name}`) })

/** Of a machine without such blocks too: then they are empty. */
export function blockFiles(set: AirSet, kinds: AccessKinds): ProjectFile[] {
  const blocks = plannedBlocks(set)
  return [
    template('blocks.h'),
    template('blocks.c'),
    { path: 'block_numbers.h', content: numbersText(blocks) },
    { path: 'block_tables.c', content: tablesText(set, kinds, blocks) },
    { path: 'block_steps.c', content: stepsText(set, blocks) },
    { path: 'lookups.c', content: lookupsText(set) },
  ]
}

function numbersText(blocks: readonly PlannedBlock[]): string {
  const scratch = blocks.reduce((most, { cells }) => Math.max(most, cells), 0)
  return `#pragma once
enum { BLOCK_CHIPS = ${blocks.length}, SCRATCH = ${scratch} };
`
}

/** Rows of a C table, one of a line; C knows no empty ones. */
const table = (type: string, name: string, rows: readonly string[]): string =>
  `const ${type} ${name}[] = {\n${(rows.length === 0 ? ['0'] : rows).map(row => `  ${row},\n`).join('')}};\n`

/** See templates/replay/blocks.h. */
function tablesText(set: AirSet, kinds: AccessKinds, blocks: readonly PlannedBlock[]): string {
  const chips: string[] = []
  const rows: string[] = []
  const copies: string[] = []
  const kindsOfRows: string[] = []
  const accesses: string[] = []
  for (const { air, block, rows: own, cellOf, instructions } of blocks) {
    const [firstRows, firstCopy, firstKind] = [rows.length, copies.length, kindsOfRows.length]
    for (const each of own) rows.push(`{ ${each.air}, ${each.count}, ${each.cell}, ${each.row} }`)
    for (const [column, cell] of block.cells.entries())
      if (cell !== undefined) copies.push(`{ ${cellOf(cell)}, ${column} }`)
    const taken = copies.length - firstCopy
    const columns = columnsByCell(block)
    for (const { index, air: plain } of instructions) {
      kindsOfRows.push(`${accesses.length}`)
      for (const position of set.airs[plain]!.rules.accesses.keys()) {
        const timed = columnsOfTimes(set.airs[plain]!, position).flatMap(column => {
          const to = columns.get(`${index} ${column}`)
          return to === undefined ? [] : [`{ ${column}, ${to} }`]
        })
        accesses.push(`{ ${kinds.kindOf(plain, position)}, ${air}, ${copies.length}, ${timed.length} }`)
        for (const each of timed) copies.push(each)
      }
    }
    const figures = [air, block.start, block.instructions.length, own.length, firstRows, taken, firstCopy, firstKind]
    chips.push(`{ ${figures.join(', ')} }`)
  }
  return `#include "blocks.h"

${table('struct block_chip', 'block_chips', chips)}
${table('struct block_rows', 'block_rows', rows)}
${table('struct block_copy', 'block_copies', copies)}
${table('uint32_t', 'block_first_accesses', kindsOfRows)}
${table('struct block_access', 'block_accesses', accesses)}
const uint32_t block_access_count = ${accesses.length};
`
}

/** By instruction and column of its AIR: the column of the block's row that takes it. */
const columnsByCell = ({ cells }: BlockRows): ReadonlyMap<string, number> =>
  new Map(cells.flatMap((cell, to) => (cell === undefined ? [] : [[`${cell.instruction} ${cell.column}`, to]])))

/** Derived columns that need no more than those of earlier layers. */
function layersOf({ derived }: BlockRows): readonly BlockRows['derived'][] {
  const levels = new Map<number, number>()
  const layers: BlockRows['derived'][number][][] = []
  const levelOf = (of: Expression): number => {
    if ('left' in of) return Math.max(levelOf(of.left), levelOf(of.right))
    return of.op === 'column' ? (levels.get(of.index) ?? -1) : -1
  }
  for (const each of derived) {
    const level = 1 + Math.max(levelOf(each.numerator), levelOf(each.denominator))
    levels.set(each.column, level)
    ;(layers[level] ??= []).push(each)
  }
  return layers
}

/** What evaluates numerators and denominators: of each, a message of an AIR of its own. */
function quotientsOf(air: Air, layer: BlockRows['derived']): Air {
  const interactions = layer.map(({ numerator, denominator }) => ({
    bus: 0,
    direction: 'send' as const,
    count: ONE,
    weight: 1,
    fields: [numerator, denominator],
    at: { file: air.name, line: 1, column: 1 },
  }))
  return { ...air, constraints: [], interactions }
}

function stepsText(set: AirSet, blocks: readonly PlannedBlock[]): string {
  const texts: string[] = []
  const layers: string[] = []
  const chips: string[] = []
  let most = 0
  for (const { air: index, block } of blocks) {
    const own = layersOf(block)
    chips.push(`{ ${layers.length}, ${own.length} }`)
    for (const layer of own) {
      const of = quotientsOf(set.airs[index]!, layer)
      const code = airCode(of)
      const number = layers.length
      most = Math.max(most, code.slots)
      texts.push(airText(of, number, code))
      texts.push(`static const uint32_t columns_${number}[] = { ${layer.map(({ column }) => column).join(', ')} };\n`)
      layers.push(`{ steps_${number}, fields_${number}, columns_${number}, ${layer.length} }`)
    }
  }
  return `#include "check/check.h"
#include "blocks.h"

#define C(column) (column) * STRIDE
#define N(column) (column) * STRIDE + 1
#define T(slot) ${widestOf(set)} * STRIDE + (slot) * LANES

${texts.join('\n')}
${table('struct block_layer', 'block_layers', layers)}
${table('struct block_layers_of', 'block_layers_of', chips)}
const uint32_t block_most_t = ${most};
`
}

/** `count_lookups`: what rows ask a table for, counted in its histogram. */
function lookupsText(set: AirSet): string {
  const tables = lookupTables(set)
  const { offsets } = histogramLayout(tables)
  const cases = tables.map(({ bus }) => {
    const { fields } = set.buses[bus]!
    const given = fields.map((_, field) => `fields[${field}][row]`).join(', ')
    return `    case ${bus}: COUNT_EACH(${placeName(bus)}, ${offsets.get(bus)}, ${given})\n`
  })
  return `#include "engine.h"
#include "words.h"
#include "places.h"
#include "blocks.h"

#define COUNT_EACH(place_of, offset, ...) \\
  for (uint32_t row = 0; row < rows; row++) { \\
    if (count[row] == 0) continue; \\
    const uint32_t place = place_of(__VA_ARGS__); \\
    if (__builtin_expect(place == UINT32_MAX, 0)) return 0; \\
    histogram[offset + place] += count[row]; \\
  } \\
  return 1;

int is_lookup(uint32_t bus) { ${tables.map(({ bus }) => `if (bus == ${bus}) return 1; `).join('')}return 0; }

int count_lookups(uint32_t bus, uint32_t rows, const uint32_t *count, const uint32_t *const *fields,
  uint32_t *histogram)
{
  switch (bus) {
${cases.join('')}    default: return 1;
  }
}
`
}
