/** AIRs of a machine → the C of its own tables: memory tree, leaves, nodes, hashes, lookups, program. */
import type { Air, AirSet } from '../../air/air.ts'
import { lookupTables, type LookupTable } from '../../air/lookups.ts'
import { MEMORY_BYTES, type Xlen } from '../../elf/image.ts'
import { RvrError } from '../../errors.ts'
import { resourceText } from '../../resources.ts'
import type { ProjectFile } from '../project.ts'
import { hashText } from './hash.ts'
import { rowText, type KnownInputs } from './rows.ts'

/** Which of a machine's AIRs are its memory's, its program's and its hash's. */
export interface OwnAirs {
  readonly program: Air
  readonly boundary: Air
  readonly merkle: Air
  readonly hash: Air
}

const DIRECTORY = 'system'
const WRITTEN = [
  'hash.c',
  'hash.h',
  'lane-count.h',
  'lanes.h',
  'pages.c',
  'parallel.h',
  'poseidon2.h',
  'segment.c',
  'segment.h',
  'tables.c',
  'tree.c',
  'tree.h',
]

/**
 * Files of a project in a directory of their own; they include words.h and threads.h of the project's. What they export
 * is in src/trace/native/system-library.ts.
 *
 * @throws RvrError `MACHINE_INVALID` where the AIRs are of another shape than the C knows
 */
export function systemFiles(set: AirSet, own: OwnAirs, xlen: Xlen): ProjectFile[] {
  const files = [
    ...WRITTEN.map(name => ({ path: name, content: resourceText(`templates/system/${name}`) })),
    { path: 'machine.h', content: machineText(own, xlen) },
    { path: 'rows.h', content: rowsText(set, own) },
  ]
  return files.map(({ path, content }) => ({ path: `${DIRECTORY}/${path}`, content }))
}

/** Does the machine know leaves that were read alone? They have one row, and no hash of the end. */
const tellsWritten = ({ boundary }: OwnAirs): boolean => boundary.rules.inputs.includes('dirty')

const SPACE_LEVELS = 3
const BLOCK_CELLS = 4

function machineText(own: OwnAirs, xlen: Xlen): string {
  const { boundary, merkle, program, hash } = own
  const leafLevels = Math.log2(MEMORY_BYTES / (xlen / 4))
  const onlyWritten = tellsWritten(own)
  const count = program.rules.columns.findIndex(
    word => word.op === 'input' && program.rules.inputs[word.index] === 'count',
  )
  if (count === -1) throw new RvrError('MACHINE_INVALID', `${program.name} has no column for the input count`)
  const numbers = {
    BLOCK_BYTES: xlen / 8,
    CELL_BITS: xlen / BLOCK_CELLS,
    LEAF_LEVELS: leafLevels,
    TREE_HEIGHT: leafLevels + SPACE_LEVELS,
    ONLY_WRITTEN: Number(onlyWritten),
    BOUNDARY_ROWS: onlyWritten ? 1 : 2,
    BOUNDARY_WIDTH: boundary.columns.length,
    MERKLE_WIDTH: merkle.columns.length,
    PROGRAM_WIDTH: program.columns.length,
    PROGRAM_COUNT: count,
  }
  const texts = Object.entries(numbers).map(([name, value]) => `${name} = ${value}`)
  return `/* Numbers of the machine, and its hash. */
#pragma once
#include <stdint.h>
enum { ${texts.join(', ')} };
${hashText(hash)}`
}

const same = (prefix: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map(name => [name, `${prefix}${name}`]))

const ofLeaf: KnownInputs = {
  single: same('l->', ['dir', 'space', 'leaf', 'dirty']),
  lists: { ...same('l->', ['old', 'old_hash', 'new_hash', 'last_ts', 'v', 'h', 't']), new: 'l->now' },
}
const SIDES = ['left_mode', 'right_mode', 'left_kept', 'right_kept']
const ofNode: KnownInputs = {
  single: same('n->', ['dir', 'upper', 'height', 'root', 'space_label', 'leaf_label', ...SIDES]),
  lists: same('n->', ['hash', 'left', 'right']),
}

function rowsText(set: AirSet, { boundary, merkle }: OwnAirs): string {
  const tables = lookupTables(set)
  const entries = tables.map(({ air, height, answers }, index) => {
    const shape = [height, set.airs[air]!.columns.length, answers.length]
    return `  { ${shape.join(', ')}, fill_table_${index} },\n`
  })
  return [
    rowText('boundary_row', boundary, 'const struct boundary_values *l', ofLeaf),
    rowText('merkle_row', merkle, 'const struct merkle_values *n', ofNode),
    ...tables.map((table, index) => tableText(set.airs[table.air]!, table, index)),
    `static const struct lookup_table LOOKUP_TABLES[] = {\n${entries.join('')}};\n`,
  ].join('\n')
}

/** The input that numbers rows (src/trace/system/fixed-columns.ts). */
const ROW = 'row'

function tableText(air: Air, { answers }: LookupTable, index: number): string {
  const { inputs, columns } = air.rules
  const single: Record<string, string> = { [ROW]: 'number' }
  for (const [answer, { column }] of answers.entries()) {
    const rule = columns[column]!
    if (rule.op !== 'input')
      throw new RvrError('MACHINE_INVALID', `${air.columns[column]} of ${air.name} counts, and its rule is no input`)
    single[inputs[rule.index]!] = `counts[${answer}]`
  }
  const known = { single, lists: {} }
  return `${rowText(`table_${index}`, air, 'uint64_t number, const uint32_t *counts', known)}
static void fill_table_${index}(void *of, uint64_t from, uint64_t to)
{
  const struct counting *c = of;
  for (uint64_t k = from; k < to; k++)
    table_${index}(k, c->histogram + k * ${answers.length}, c->cells + k * ${air.columns.length});
}
`
}
