/** Reference semantics of the ecc instructions on views of guest memory. */
import type { CallOutcome, CallRow } from '../../isa/row.ts'
import { fieldBytes } from '../field/constants.ts'
import { readInteger, writeInteger } from '../field/little-endian.ts'
import { residue } from '../field/residues.ts'
import { addDifferent, double, throughLine, type Curve, type Point } from './curve.ts'

/** The two setups compare with the configuration what the guest has for a curve. */
export type EccOperation = 'add_ne' | 'double' | 'setup_add_ne' | 'setup_double'

/** The operations of one curve. Operands: result, then points `x y`, whose coordinates need not be canonical. */
export function eccOperations(curve: Curve): Readonly<Record<EccOperation, CallRow['execute']>> {
  const { modulus, a } = curve
  const bytes = fieldBytes(modulus)
  const numbers = (point: Uint8Array): [bigint, bigint] => [
    readInteger(point.subarray(0, bytes)),
    readInteger(point.subarray(bytes)),
  ]
  const read = (point: Uint8Array): Point => {
    const [x, y] = numbers(point)
    return { x: residue(x, modulus), y: residue(y, modulus) }
  }
  const write = ({ x, y }: Point, into: Uint8Array): CallOutcome => {
    writeInteger(x, into.subarray(0, bytes))
    writeInteger(y, into.subarray(bytes))
    return {}
  }
  const otherModulus = (found: bigint): CallOutcome => ({
    refused: `the guest set up a curve with modulus ${found}, but its configuration says ${modulus}`,
  })
  const add: CallRow['execute'] = operands => {
    const [into, p, q] = operands as Uint8Array[]
    const sum = addDifferent(curve, read(p!), read(q!))
    return sum === undefined ? { refused: 'addition of two points of equal x' } : write(sum, into!)
  }
  return {
    add_ne: add,
    double: operands => {
      const [into, p] = operands as Uint8Array[]
      const twice = double(curve, read(p!))
      return twice === undefined ? { refused: 'doubling of a point with y = 0' } : write(twice, into!)
    },
    // The guest's modulus stands where a point has x. What is written is what the formula makes of the operands.
    setup_add_ne: (operands, xlen) => {
      const [found] = numbers(operands[1] as Uint8Array)
      return found === modulus ? add(operands, xlen) : otherModulus(found)
    },
    // The divisor counts as 1.
    setup_double: operands => {
      const [into, p] = operands as Uint8Array[]
      const [found, coefficient] = numbers(p!)
      if (found !== modulus) return otherModulus(found)
      if (coefficient !== a)
        return { refused: `the guest set up a curve with a = ${coefficient}, but its configuration says ${a}` }
      return write(throughLine(curve, a, { x: 0n, y: a }, 0n), into!)
    },
  }
}
