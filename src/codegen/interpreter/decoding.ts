/** The table by which a native interpreter decodes: all rows by opcode, with the operation of each. */
import { OPCODE_MASK } from '../../isa/encoding.ts'
import type { Format, Row } from '../../isa/row.ts'
import { endsSpan } from '../../program/span.ts'
import type { Operation } from './operations.ts'

/** Those that only some guests have come last. */
const FORMATS: readonly Format[] = [
  ...(['R', 'I', 'shift', 'shiftw', 'S', 'B', 'U', 'J', 'fence', 'none', 'csr', 'unary'] as const),
  ...(['amo', 'lr', 'csri'] as const),
]
const ENDS_LINE = 1
const LEADS = 2

/** Does the immediate lead to another instruction? */
const leads = (row: Row): boolean =>
  row.kind === 'branch' || row.kind === 'jal' || (row.kind === 'call' && row.result === 'branch')

const opcodeOf = ({ match }: Row): number => match & OPCODE_MASK
const unsigned = (word: number): string => `0x${(word >>> 0).toString(16)}`

/** C text. Handler 0 leaves the instruction to the host; that of operation k is number k + 1. */
export function decodeTable(rows: readonly Row[], operations: readonly Operation[]): string {
  const sorted = rows.toSorted((a, b) => opcodeOf(a) - opcodeOf(b))
  const handlerOf = (row: Row, discards: boolean): number =>
    1 + operations.findIndex(operation => operation.row === row && operation.discards === discards)
  const lines = sorted.map(row => {
    const kept = handlerOf(row, false)
    const discarded = handlerOf(row, true) || kept
    const flags = (endsSpan(row) ? ENDS_LINE : 0) | (leads(row) ? LEADS : 0)
    const pattern = `${unsigned(row.mask)}, ${unsigned(row.match)}`
    return `  { ${pattern}, ${kept}, ${discarded}, FORMAT_${row.format}, ${flags} }, /* ${row.name} */`
  })
  const from: number[] = []
  for (let opcode = 0; opcode <= OPCODE_MASK + 1; opcode++)
    from.push(sorted.filter(row => opcodeOf(row) < opcode).length)
  return `enum { ${FORMATS.map(format => `FORMAT_${format}`).join(', ')} };
enum { ENDS_LINE = ${ENDS_LINE}, LEADS = ${LEADS} };
static const struct row decoding[] = {
${lines.join('\n')}
};
static const uint16_t decoding_from[] = { ${from.join(', ')} };
`
}
