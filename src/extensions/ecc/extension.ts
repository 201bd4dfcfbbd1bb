/** The extension `ecc`: points of short Weierstrass curves (docs/guest-abi.md, "ABI openvm: extensions"). */
import { resourceText } from '../../resources.ts'
import { FUNCT7_MASK, rType } from '../../isa/encoding.ts'
import type { CallOperand, CallRow } from '../../isa/row.ts'
import { configError } from '../config.ts'
import type { ExtensionChip, ExtensionDefinition, ExtensionFile } from '../extension.ts'
import { fieldBytes, fieldConstants, fieldHeaders, wordArray } from '../field/constants.ts'
import { fieldRowFigures, greatestElement, type Equation } from '../field/figures.ts'
import { checkTable, list, MAX_INSTANCES, Modulus, Name, Residue, shape, tablePath } from '../field/table.ts'
import { isSmooth, type Curve } from './curve.ts'
import { eccOperations, type EccOperation } from './operations.ts'

const CUSTOM_1 = 0x2b
const FUNCT3 = 0b001

const Table = shape({
  supported_curves: list(
    shape({ struct_name: Name, modulus: Modulus, scalar: Residue, a: Residue, b: Residue }),
    `a list of at most ${MAX_INSTANCES} curves`,
  ),
})

const header: ExtensionFile = {
  path: 'ecc.h',
  content: resourceText('ffi/ecc/ecc.h'),
}

const sourceName = (index: number): string => `ecc_${index}.c`

/** @throws RvrError `CONFIG_INVALID` */
function checkCurve(curve: Curve, index: number): Curve {
  const field = (name: keyof Curve): string => `${tablePath('ecc')}.supported_curves.${index}.${name}`
  for (const name of ['a', 'b'] as const) {
    if (curve[name] >= curve.modulus)
      throw configError(field(name), curve[name].toString(), 'a number below the modulus')
  }
  if (curve.scalar < 2n) throw configError(field('scalar'), curve.scalar.toString(), 'the order of the group')
  if (!isSmooth(curve))
    throw configError(
      field('b'),
      curve.b.toString(),
      'a curve without singular point: 4a³ + 27b² is 0 modulo the modulus',
    )
  return curve
}

/**
 * Masks and matches of the field rs2 that together hold for every register but x0: its highest set bit is bit 4, 3, 2,
 * 1 or 0.
 */
const notZero = [4, 3, 2, 1, 0].map(bit => ({ mask: (31 >> bit) << bit, match: 1 << bit }))
const zero = { mask: 31, match: 0 }

function rowsOf(curve: Curve, index: number): CallRow[] {
  const bytes = 2 * fieldBytes(curve.modulus)
  const operations = eccOperations(curve)
  const one: readonly CallOperand[] = [
    { register: 'rd', access: 'write', bytes },
    { register: 'rs1', access: 'read', bytes },
  ]
  const two: readonly CallOperand[] = [...one, { register: 'rs2', access: 'read', bytes }]
  const files = [sourceName(index), header.path, ...fieldHeaders.map(({ path }) => path)]
  const row = (
    operation: EccOperation,
    funct7: number,
    operands: readonly CallOperand[],
    rs2 = { mask: 0, match: 0 },
  ): CallRow => ({
    kind: 'call',
    format: 'R',
    name: `ecc_${index}_${operation}`,
    mask: FUNCT7_MASK | (rs2.mask << 20),
    match: rType(CUSTOM_1, FUNCT3, index * 8 + funct7) | (rs2.match << 20),
    operands,
    c: `rvr_ecc_${index}_${operation}`,
    files,
    execute: operations[operation],
  })
  return [
    row('add_ne', 0, two),
    row('double', 1, one),
    row('setup_double', 2, one, zero),
    ...notZero.map(rs2 => row('setup_add_ne', 2, two, rs2)),
  ]
}

/** One C file for each curve: modulus and coefficient are constants everywhere in it. */
function sourceOf({ modulus, a }: Curve, index: number): ExtensionFile {
  const f = (operation: EccOperation, operands: readonly string[]): string => {
    const parameters = ['uint8_t *result', ...operands.map(name => `const uint8_t *${name}`)].join(', ')
    return `int rvr_ecc_${index}_${operation}(${parameters}) {
  return ecc_${operation}(result, ${operands.join(', ')});
}
`
  }
  const functions = [
    f('add_ne', ['p', 'q']),
    f('double', ['p']),
    f('setup_add_ne', ['p', 'q']),
    f('setup_double', ['p']),
  ]
  const constants = `${fieldConstants(modulus)}${wordArray('ECC_A', a, fieldBytes(modulus) / 8)}`
  return { path: sourceName(index), content: `${constants}\n#include "ecc.h"\n\n${functions.join('\n')}` }
}

/** The prover's own figures: an equation for the slope and one for each coordinate. */
function chipsOf({ modulus, a }: Curve, index: number): ExtensionChip[] {
  const name = `ecc_${index}`
  const most = greatestElement(modulus)
  const square = most * most
  const product = (bound: bigint): Equation => ({ most: bound, isProduct: true })
  const coordinates = [product(square), product(square + 2n * most)]
  const numerator = product(3n * square + a)
  // The carries of 3x² + a - 2yλ do not fit into a range check where an element has 48 limbs: 3x² + a is an element of
  // its own.
  const slope = fieldBytes(modulus) === 48 ? [numerator, product(2n * square)] : [numerator]
  const row = { modulus, elements: 2, flags: 1 }
  return [
    {
      name: `EcAddNe[${index}]`,
      ...fieldRowFigures({ ...row, reads: 2, variables: 3, equations: [product(square + most), ...coordinates] }),
      operations: [`${name}_add_ne`, `${name}_setup_add_ne`],
    },
    {
      name: `EcDouble[${index}]`,
      ...fieldRowFigures({ ...row, reads: 1, variables: 2 + slope.length, equations: [...slope, ...coordinates] }),
      operations: [`${name}_double`, `${name}_setup_double`],
    },
  ]
}

export const ecc: ExtensionDefinition = {
  name: 'ecc',
  create: table => {
    const curves = checkTable(Table, table, 'ecc').supported_curves.map(checkCurve)
    return {
      name: 'ecc',
      rows: curves.flatMap(rowsOf),
      files: [...fieldHeaders, header, ...curves.map(sourceOf)],
      chips: curves.flatMap(chipsOf),
    }
  },
}
