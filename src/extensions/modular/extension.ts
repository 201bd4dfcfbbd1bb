/** The extension `modular`: arithmetic modulo configured numbers (docs/guest-abi.md, "ABI openvm: extensions"). */
import { FUNCT7_MASK, rType } from '../../isa/encoding.ts'
import type { CallOperand, CallOutcome, CallRow, CallValue, HostRow, Row } from '../../isa/row.ts'
import type { Extension, ExtensionChip, ExtensionDefinition, Handler } from '../extension.ts'
import { fieldBytes, fieldHeaders } from '../field/constants.ts'
import { fieldRowFigures, greatestElement, type Equation, type RowFigures } from '../field/figures.ts'
import { readInteger, writeInteger } from '../field/little-endian.ts'
import { checkTable, list, MAX_INSTANCES, Modulus, shape } from '../field/table.ts'
import { inverse, residue } from '../field/residues.ts'
import { modularFile } from './c-file.ts'
import { hintNonResidue, hintSquareRoot } from './hints.ts'
import { nonResidues } from './square-root.ts'

const CUSTOM_1 = 0x2b
const FUNCT3 = 0b000
/** funct7 is modulus · 8 + operation. */
const OPERATIONS = 8
const ADD = 0
const SUB = 1
const MUL = 2
const DIV = 3
const IS_EQUAL = 4
const SETUP = 5
const HINT_NON_QR = 6
const HINT_SQRT = 7
/** Setup is told apart further by the field rs2, which is an operand too. */
const SETUP_MASK = FUNCT7_MASK | (0x1f << 20) | 0

const Table = shape({ supported_moduli: list(Modulus, `a list of at most ${MAX_INSTANCES} moduli`) })

/** Reference semantics of the arithmetic: undefined where the operation has to be refused. */
type Evaluate = (a: bigint, b: bigint, p: bigint) => bigint | undefined

const divide: Evaluate = (a, b, p) => {
  const factor = inverse(b, p)
  return factor === undefined ? undefined : a * factor
}

/** The call rows of one modulus. */
function callRows(index: number, p: bigint): CallRow[] {
  const bytes = fieldBytes(p)
  const name = `modular_${index}`
  const files = [`${name}.c`, ...fieldHeaders.map(({ path }) => path)]
  const [to, first, second]: readonly CallOperand[] = [
    { register: 'rd', access: 'write', bytes },
    { register: 'rs1', access: 'read', bytes },
    { register: 'rs2', access: 'read', bytes },
  ]
  const encoding = (operation: number) =>
    ({
      kind: 'call',
      format: 'R',
      mask: FUNCT7_MASK,
      match: rType(CUSTOM_1, FUNCT3, index * OPERATIONS + operation),
      files,
    }) as const
  const arithmetic = (operation: number, suffix: string, evaluate: Evaluate): CallRow => ({
    ...encoding(operation),
    name: `${name}_${suffix}`,
    c: `rvr_${name}_${suffix}`,
    operands: [to!, first!, second!],
    execute: (operands): CallOutcome => {
      const [rd, a, b] = operands as readonly Uint8Array[]
      const result = evaluate(readInteger(a!), readInteger(b!), p)
      if (result === undefined) return { refused: `division by a number that has no inverse modulo ${p}` }
      writeInteger(residue(result, p), rd!)
      return {}
    },
  })
  const setup = (
    variant: number,
    suffix: string,
  ): Pick<CallRow, 'kind' | 'format' | 'mask' | 'match' | 'files' | 'name'> => ({
    ...encoding(SETUP),
    mask: SETUP_MASK,
    match: rType(CUSTOM_1, FUNCT3, index * OPERATIONS + SETUP) | (variant << 20) | 0,
    name: `${name}_setup_${suffix}`,
  })
  const mismatch = (): CallOutcome => ({ refused: `set-up of modulus ${index} with another modulus than ${p}` })
  /** Writes the modulus reduced, which is zero. */
  const setUpWriting = (operands: readonly CallValue[]): CallOutcome => {
    const [rd, given] = operands as readonly Uint8Array[]
    if (readInteger(given!) !== p) return mismatch()
    rd!.fill(0)
    return {}
  }
  return [
    arithmetic(ADD, 'add', (a, b) => a + b),
    arithmetic(SUB, 'sub', (a, b) => a - b),
    arithmetic(MUL, 'mul', (a, b) => a * b),
    arithmetic(DIV, 'div', divide),
    {
      ...encoding(IS_EQUAL),
      name: `${name}_iseq`,
      c: `rvr_${name}_iseq`,
      operands: [first!, second!],
      result: 'register',
      execute: operands => {
        const [a, b] = operands as readonly Uint8Array[]
        return { result: readInteger(a!) % p === readInteger(b!) % p ? 1n : 0n }
      },
    },
    { ...setup(0, 'addsub'), c: `rvr_${name}_setup`, operands: [to!, first!, second!], execute: setUpWriting },
    { ...setup(1, 'muldiv'), c: `rvr_${name}_setup`, operands: [to!, first!, second!], execute: setUpWriting },
    {
      ...setup(2, 'iseq'),
      c: `rvr_${name}_setup_iseq`,
      operands: [first!, second!],
      result: 'register',
      execute: operands => {
        const [given, other] = operands as readonly Uint8Array[]
        return readInteger(given!) !== p ? mismatch() : { result: readInteger(other!) === p ? 1n : 0n }
      },
    },
  ]
}

const hostRow = (index: number, operation: number, suffix: string): HostRow => ({
  kind: 'host',
  format: 'R',
  name: `modular_${index}_${suffix}`,
  mask: FUNCT7_MASK,
  match: rType(CUSTOM_1, FUNCT3, index * OPERATIONS + operation),
})

/** The prover's own figures. */
function chipsOf(index: number, p: bigint): ExtensionChip[] {
  const n = fieldBytes(p)
  const most = greatestElement(p)
  const operations = (...suffixes: string[]): string[] => suffixes.map(suffix => `modular_${index}_${suffix}`)
  const figures = (equation: Equation): RowFigures =>
    fieldRowFigures({ modulus: p, reads: 2, elements: 1, variables: 1, equations: [equation], flags: 2 })
  return [
    {
      name: `ModularAddSub[${index}]`,
      ...figures({ most: 2n * most, isProduct: false }),
      operations: operations('add', 'sub', 'setup_addsub'),
    },
    {
      name: `ModularMulDiv[${index}]`,
      ...figures({ most: most * most, isProduct: true }),
      operations: operations('mul', 'div', 'setup_muldiv'),
    },
    {
      name: `ModularIsEqual[${index}]`,
      width: 25 + (5 * n) / 2,
      interactions: 19 + n,
      operations: operations('iseq', 'setup_iseq'),
    },
  ]
}

export const modular: ExtensionDefinition = {
  name: 'modular',
  create: table => {
    const moduli = checkTable(Table, table, 'modular').supported_moduli
    let found: (bigint | undefined)[] | undefined
    const nonResidue = (index: number) => (): bigint | undefined => (found ??= nonResidues(moduli))[index]
    const handlers: Record<string, Handler> = {}
    const rows: Row[] = moduli.flatMap((p, index): Row[] => {
      const hints = [hostRow(index, HINT_NON_QR, 'hint_nonqr'), hostRow(index, HINT_SQRT, 'hint_sqrt')] as const
      handlers[hints[0].name] = hintNonResidue(index, p, nonResidue(index))
      handlers[hints[1].name] = hintSquareRoot(index, p, nonResidue(index))
      return [...callRows(index, p), ...hints]
    })
    return {
      name: 'modular',
      rows,
      handlers,
      files: [...moduli.map((p, index) => modularFile(index, p)), ...fieldHeaders],
      chips: moduli.flatMap((p, index) => chipsOf(index, p)),
    } satisfies Extension
  },
}
