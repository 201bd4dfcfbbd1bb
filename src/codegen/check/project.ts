/** The AIRs of a machine → the C files of its mock prover. */
import type { AirSet } from '../../air/air.ts'
import { resourceText } from '../../resources.ts'
import type { ProjectFile } from '../project.ts'
import { airCode, rowsName, saidText, type AirCode } from './airs.ts'

const TEMPLATES = ['check.h', 'lanes.h', 'block.h', 'block.c', 'run.h', 'run.c', 'balance.c', 'find.c']
/** Characters of a unit, about, so that compilers can work side by side. */
const UNIT_SIZE = 150_000

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
    { path: 'airs.c', content: tableText(set, codes) },
    ...unitTexts(codes).map((content, index) => ({ path: `rows_${index}.c`, content })),
  ]
  return files.map(({ path, content }) => ({ path: `${DIRECTORY}/${path}`, content }))
}

function unitTexts(codes: readonly AirCode[]): readonly string[] {
  const units: string[][] = []
  let size = Infinity
  for (const { text } of codes) {
    if (size + text.length > UNIT_SIZE) {
      units.push([])
      size = 0
    }
    units.at(-1)!.push(text)
    size += text.length
  }
  return units.map(texts => `#include "check.h"\n#include "lanes.h"\n\n${texts.join('\n')}`)
}

const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0)

/** Fields of the longest message. */
export const longestMessage = ({ airs }: AirSet): number =>
  most(airs.flatMap(({ interactions }) => interactions.map(({ fields }) => fields.length)))

function tableText(set: AirSet, codes: readonly AirCode[]): string {
  const { airs, buses } = set
  let publics = 0
  const rows = airs.map(({ name, columns, interactions, publics: own }, index) => {
    const { computed } = codes[index]!
    const figures = [columns.length, computed, publics, interactions.length].join(', ')
    publics += own.length
    return `  { ${JSON.stringify(name)}, ${rowsName(index)}, ${figures}, said_${index}, fields_${index} },\n`
  })
  const numbers = {
    check_air_count: airs.length,
    check_bus_count: buses.length,
    check_longest: longestMessage(set),
    check_widest: most(airs.map(({ columns }) => columns.length)),
    check_most_t: most(codes.map(({ computed }) => computed)),
    check_said_count: airs.reduce((sum, { interactions }) => sum + interactions.length, 0),
  }
  return `#include "check.h"

${airs.map((air, index) => saidText(air, index, codes[index]!.fields)).join('\n')}
${airs.map((_, index) => `check_rows ${rowsName(index)};\n`).join('')}
const struct check_air check_airs[] = {
${rows.join('')}};
${Object.entries(numbers)
  .map(([name, value]) => `const uint32_t ${name} = ${value};\n`)
  .join('')}`
}
