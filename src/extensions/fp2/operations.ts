/** Reference semantics of the fp2 instructions on views of guest memory. */
import type { CallOutcome, CallRow } from '../../isa/row.ts'
import { fieldBytes } from '../field/constants.ts'
import { readInteger, writeInteger } from '../field/little-endian.ts'
import { fp2Field, type Fp2 } from './arithmetic.ts'

export type Fp2Operation = 'add' | 'sub' | 'mul' | 'div' | 'setup'

type Execute = CallRow['execute']

/** The operations of one field. Operands: result, then two elements of `c0 c1`, which need not be canonical. */
export function fp2Operations(p: bigint): Readonly<Record<Fp2Operation, Execute>> {
  const field = fp2Field(p)
  const bytes = fieldBytes(p)
  const read = (element: Uint8Array): Fp2 => [
    readInteger(element.subarray(0, bytes)),
    readInteger(element.subarray(bytes)),
  ]
  const write = (element: Fp2, into: Uint8Array): CallOutcome => {
    for (const [at, value] of field.canonical(element).entries())
      writeInteger(value, into.subarray(at * bytes, (at + 1) * bytes))
    return {}
  }
  const operation =
    (name: 'add' | 'sub' | 'mul'): Execute =>
    operands => {
      const [into, a, b] = operands as Uint8Array[]
      return write(field[name](read(a!), read(b!)), into!)
    }
  return {
    add: operation('add'),
    sub: operation('sub'),
    mul: operation('mul'),
    div: operands => {
      const [into, a, b] = operands as Uint8Array[]
      const inverse = field.inverse(read(b!))
      return inverse === undefined
        ? { refused: 'division by an element without inverse in Fp2' }
        : write(field.mul(read(a!), inverse), into!)
    },
    // What it writes is the guest's element, reduced.
    setup: operands => {
      const [into, a] = operands as Uint8Array[]
      const element = read(a!)
      return element[0] === p
        ? write(element, into!)
        : { refused: `the guest set up Fp2 with modulus ${element[0]}, but its configuration says ${p}` }
    },
  }
}
