/** The AIRs of a machine → the C files of its mock prover. */
import type { AirSet } from '../../air/air.ts'
import { resourceText } from '../../resources.ts'
import type { ProjectFile } from '../project.ts'
import { airCode, airText, type AirCode } from './airs.ts'

const TEMPLATES = ['check.h', 'lanes.h', 'block.h', 'block.c', 'evaluate.c', 'run.h', 'run.c', 'balance.c', 'find.c']

/** Where the files lie in a project of others. */
const DIRECTORY = 'check'

/**
 * Files of a project in a directory of their own; its C needs pthreads. What they export is in
 * src/trace/check/native/library.ts.
 */
export function checkFiles(set: AirSet): ProjectFile[] {
  const codes = set.airs.map(airCode)
  const files = [
    ...TEMPLATES.map(name => ({ path: name, content: resourceText(`templates/check/${name}`) })),
    { path: 'field.h', content: resourceText('templates/rows/field.h') },
    { path: 'threads.h', content: resourceText('templates/threads/threads.h') },
    { path: 'airs.c', content: tableText(set, codes) },
  ]
  return files.map(({ path, content }) => ({ path: `${DIRECTORY}/${path}`, content }))
}

const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0)

/** Fields of the longest message. */
export const longestMessage = ({ airs }: AirSet): number =>
  most(airs.flatMap(({ interactions }) => interactions.map(({ fields }) => fields.length)))

/** Columns of the widest AIR. */
export const widestOf = ({ airs }: AirSet): number => most(airs.map(({ columns }) => columns.length))

function tableText(set: AirSet, codes: readonly AirCode[]): string {
  const { airs, buses } = set
  let publics = 0
  const widest = widestOf(set)
  const rows = airs.map(({ name, columns, interactions, publics: own }, index) => {
    const figures = [columns.length, publics, interactions.length].join(', ')
    publics += own.length
    return `  { ${JSON.stringify(name)}, steps_${index}, ${figures}, said_${index}, fields_${index} },\n`
  })
  const numbers = {
    check_air_count: airs.length,
    check_bus_count: buses.length,
    check_longest: longestMessage(set),
    check_widest: widest,
    check_most_t: most(codes.map(({ slots }) => slots)),
    check_said_count: airs.reduce((sum, { interactions }) => sum + interactions.length, 0),
  }
  return `#include "check.h"

/* Where a block has columns of its rows, of the next ones, and t. */
#define C(column) (column) * STRIDE
#define N(column) (column) * STRIDE + 1
#define T(slot) ${widest} * STRIDE + (slot) * LANES

${airs.map((air, index) => airText(air, index, codes[index]!)).join('\n')}
const struct check_air check_airs[] = {
${rows.join('')}};
${Object.entries(numbers)
  .map(([name, value]) => `const uint32_t ${name} = ${value};\n`)
  .join('')}`
}
