/** The tables that have all their messages → C that says where each counts a message. */
import type { AirSet, Bus } from '../../air/air.ts'
import { lookupTables, type LookupTable } from '../../air/lookups.ts'
import { INPUTS_ALONE, WordWriter, type LeafNames } from './words.ts'

/** C identifier of the function of a bus, by its index. */
export const placeName = (bus: number): string => `place_${bus}`

/**
 * `static inline uint32_t place_BUS(uint64_t in0, …)`: a message's fields → its place in the table's histogram, that is
 * row × number of the table's counts + which of them; UINT32_MAX where the table does not have it. There are a thousand
 * calls: with fields in an array, compilers first have to find out that none is needed.
 */
export function placesText(set: AirSet): string {
  return lookupTables(set)
    .map(table => `/* ${set.airs[table.air]!.name} */\n${placeText(table, set.buses[table.bus]!)}`)
    .join('\n')
}

const fieldName = (field: number): string => `in${field}`

/** There is nothing else in such rules. */
const FIELDS: LeafNames = { ...INPUTS_ALONE, input: fieldName }

function placeText({ bus, height, answers }: LookupTable, { fields }: Bus): string {
  const tries = answers.map(({ constants, row }, index) => {
    const writer = new WordWriter(`a${index}_`, FIELDS)
    const value = writer.value(row)
    const place = `(uint32_t)${value} * ${answers.length} + ${index}`
    const body = [...writer.lines, `return ${value} < ${height} ? ${place} : UINT32_MAX;`].join(' ')
    const tests = constants.map(({ field, value: wanted }) => `${fieldName(field)} == ${wanted}`)
    return tests.length === 0 ? `  ${body}\n` : `  if (${tests.join(' && ')}) { ${body} }\n`
  })
  const parameters = fields.map((_, field) => `uint64_t ${fieldName(field)}`).join(', ')
  return `static inline uint32_t ${placeName(bus)}(${parameters})
{
${tries.join('')}  return UINT32_MAX;
}
`
}
