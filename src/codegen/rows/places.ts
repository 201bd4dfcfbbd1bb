/** The tables that have all their messages → C that says where each counts a message. */
import type { AirSet } from '../../air/air.ts'
import { lookupTables, type LookupTable } from '../../air/lookups.ts'
import { WordWriter } from './words.ts'

/** C identifier of the function of a bus, by its index. */
export const placeName = (bus: number): string => `place_${bus}`

/**
 * `static inline uint32_t place_BUS(const uint64_t *in)`: a message's fields → its place in the table's histogram, that
 * is row × number of the table's counts + which of them; UINT32_MAX where the table does not have it.
 */
export function placesText(set: AirSet): string {
  return lookupTables(set)
    .map(table => `/* ${set.airs[table.air]!.name} */\n${placeText(table)}`)
    .join('\n')
}

function placeText({ bus, height, answers }: LookupTable): string {
  const tries = answers.map(({ constants, row }, index) => {
    const writer = new WordWriter(`a${index}_`)
    const value = writer.value(row)
    const place = `(uint32_t)${value} * ${answers.length} + ${index}`
    const body = [...writer.lines, `return ${value} < ${height} ? ${place} : UINT32_MAX;`].join(' ')
    const tests = constants.map(({ field, value: wanted }) => `in[${field}] == ${wanted}`)
    return tests.length === 0 ? `  ${body}\n` : `  if (${tests.join(' && ')}) { ${body} }\n`
  })
  return `static inline uint32_t ${placeName(bus)}(const uint64_t *in)
{
${tries.join('')}  return UINT32_MAX;
}
`
}
