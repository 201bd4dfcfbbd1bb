/** The extension `fp2`: quadratic extensions Fp[u] / (u² + 1) (docs/guest-abi.md, "ABI openvm: extensions"). */
import { resourceText } from '../../resources.ts'
import * as v from 'valibot'
import { FUNCT7_MASK, rType } from '../../isa/encoding.ts'
import type { CallOperand, CallRow } from '../../isa/row.ts'
import type { ExtensionChip, ExtensionDefinition, ExtensionFile } from '../extension.ts'
import { fieldBytes, fieldConstants, fieldHeaders } from '../field/constants.ts'
import { fieldRowFigures, greatestElement, type Equation, type RowFigures } from '../field/figures.ts'
import { checkTable, list, MAX_INSTANCES, Modulus, Name, shape } from '../field/table.ts'
import { fp2Operations, type Fp2Operation } from './operations.ts'

const CUSTOM_1 = 0x2b
const FUNCT3 = 0b010
const RS2_MASK = 31 << 20

const fieldWanted = 'a list of a name and a modulus'

const Table = shape({
  supported_moduli: list(
    v.pipe(v.tuple([Name, Modulus], fieldWanted), v.description(fieldWanted)),
    `a list of at most ${MAX_INSTANCES} fields`,
  ),
})

const header: ExtensionFile = {
  path: 'fp2.h',
  content: resourceText('ffi/fp2/fp2.h'),
}

const sourceName = (index: number): string => `fp2_${index}.c`

function rowsOf(p: bigint, index: number): CallRow[] {
  const bytes = 2 * fieldBytes(p)
  const operations = fp2Operations(p)
  const operands: readonly CallOperand[] = [
    { register: 'rd', access: 'write', bytes },
    { register: 'rs1', access: 'read', bytes },
    { register: 'rs2', access: 'read', bytes },
  ]
  const files = [sourceName(index), header.path, ...fieldHeaders.map(({ path }) => path)]
  const row = (operation: Fp2Operation, funct7: number): CallRow => ({
    kind: 'call',
    format: 'R',
    name: `fp2_${index}_${operation}`,
    mask: FUNCT7_MASK,
    match: rType(CUSTOM_1, FUNCT3, index * 8 + funct7),
    operands,
    c: `rvr_fp2_${index}_${operation}`,
    files,
    execute: operations[operation],
  })
  // The number of register rs2 says which chip is set up. The register is an operand like any other.
  const setup = (chip: string, rs2: number): CallRow => {
    const { name, mask, match, ...rest } = row('setup', 4)
    return { ...rest, name: `${name}_${chip}`, mask: mask | RS2_MASK, match: match | (rs2 << 20) }
  }
  return [row('add', 0), row('sub', 1), row('mul', 2), row('div', 3), setup('addsub', 0), setup('muldiv', 1)]
}

/** One C file for each field: the modulus is a constant everywhere in it. */
function sourceOf(p: bigint, index: number): ExtensionFile {
  const functions = (['add', 'sub', 'mul', 'div', 'setup'] as const).map(
    operation =>
      `int rvr_fp2_${index}_${operation}(uint8_t *result, const uint8_t *a, const uint8_t *b) {
  return fp2_${operation}(result, a, b);
}
`,
  )
  return { path: sourceName(index), content: `${fieldConstants(p)}#include "fp2.h"\n\n${functions.join('\n')}` }
}

/** The prover's own figures: an equation for each of the two coordinates. */
function chipsOf(p: bigint, index: number): ExtensionChip[] {
  const name = `fp2_${index}`
  const most = greatestElement(p)
  const operations = (...suffixes: string[]): string[] => suffixes.map(suffix => `${name}_${suffix}`)
  const figures = (...equations: Equation[]): RowFigures =>
    fieldRowFigures({ modulus: p, reads: 2, elements: 2, variables: 2, equations, flags: 2 })
  const sum = { most: 2n * most, isProduct: false }
  return [
    { name: `Fp2AddSub[${index}]`, ...figures(sum, sum), operations: operations('add', 'sub', 'setup_addsub') },
    {
      name: `Fp2MulDiv[${index}]`,
      ...figures({ most: most * most + most, isProduct: true }, { most: 2n * most * most, isProduct: true }),
      operations: operations('mul', 'div', 'setup_muldiv'),
    },
  ]
}

export const fp2: ExtensionDefinition = {
  name: 'fp2',
  create: table => {
    const moduli = checkTable(Table, table, 'fp2').supported_moduli.map(([, modulus]) => modulus)
    return {
      name: 'fp2',
      rows: moduli.flatMap(rowsOf),
      files: [...fieldHeaders, header, ...moduli.map(sourceOf)],
      chips: moduli.flatMap(chipsOf),
    }
  },
}
