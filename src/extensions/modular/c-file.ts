/** The generated C file of one modulus. */
import type { ExtensionFile } from '../extension.ts'
import { fieldConstants } from '../field/constants.ts'

/** `modular_<index>.c`: the functions that the rows of a modulus call. */
export function modularFile(index: number, modulus: bigint): ExtensionFile {
  const name = `rvr_modular_${index}`
  const operands = 'uint8_t *rd, const uint8_t *rs1, const uint8_t *rs2'
  const simple = (operation: string): string[] => [
    '',
    `int ${name}_${operation}(${operands}) {`,
    `  fe_store(rd, fe_${operation}(fe_load(rs1), fe_load(rs2)));`,
    '  return 1;',
    '}',
  ]
  const content = [
    `/* Extension modular, modulus ${index}: ${modulus} */`,
    fieldConstants(modulus),
    '/* Operands need not be canonical, results are. */',
    ...['add', 'sub', 'mul'].flatMap(simple).slice(1),
    '',
    '/* refused where the divisor has no inverse */',
    `int ${name}_div(${operands}) {`,
    '  struct fe quotient;',
    '  if (!fe_div(&quotient, fe_load(rs1), fe_load(rs2))) return 0;',
    '  fe_store(rd, quotient);',
    '  return 1;',
    '}',
    '',
    `int ${name}_iseq(const uint8_t *rs1, const uint8_t *rs2, uint64_t *result) {`,
    '  *result = fe_eq(fe_load(rs1), fe_load(rs2));',
    '  return 1;',
    '}',
    '',
    '/* [rs1] has to be the modulus; the result is the modulus reduced: zero */',
    `int ${name}_setup(${operands}) {`,
    '  if (!fe_is_modulus(rs1)) return 0;',
    '  fe_store(rd, fe_zero());',
    '  return 1;',
    '}',
    '',
    '/* the same for the chip of iseq, which compares bytes */',
    `int ${name}_setup_iseq(const uint8_t *rs1, const uint8_t *rs2, uint64_t *result) {`,
    '  if (!fe_is_modulus(rs1)) return 0;',
    '  *result = fe_is_modulus(rs2);',
    '  return 1;',
    '}',
    '',
  ].join('\n')
  return { path: `modular_${index}.c`, content }
}
