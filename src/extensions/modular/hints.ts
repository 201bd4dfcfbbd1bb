/** HintNonQr and HintSqrt: a non-residue, or a square root with its flag, becomes the hint stream. */
import { bytesAt, isInMemory, outsideTrap } from '../../program/access.ts'
import type { Handler } from '../extension.ts'
import { fieldBytes } from '../field/constants.ts'
import { readInteger, writeInteger } from '../field/little-endian.ts'
import { proceed, trap, wordBytes } from '../io/handler.ts'
import { replaceHints } from '../io/hints.ts'
import { squareRoot } from './square-root.ts'

const composite = (pc: number, index: number): ReturnType<Handler> =>
  trap({
    kind: 'operand-invalid',
    pc,
    message: `the guest asked for a hint that needs a prime, but modulus ${index} is composite`,
  })

/** The stream is the non-residue as an element. */
export const hintNonResidue =
  (index: number, modulus: bigint, nonResidue: () => bigint | undefined): Handler =>
  (instr, _hart, host) => {
    const value = nonResidue()
    if (value === undefined) return composite(instr.pc, index)
    const stream = new Uint8Array(fieldBytes(modulus))
    writeInteger(value, stream)
    replaceHints(host, stream)
    return proceed
  }

/**
 * The stream is a word, 1 for a square and 0 otherwise, and the root of the number at [rs1], or of that number times
 * the non-residue.
 */
export const hintSquareRoot =
  (index: number, modulus: bigint, nonResidue: () => bigint | undefined): Handler =>
  (instr, hart, host) => {
    const bytes = fieldBytes(modulus)
    const address = hart.x[instr.rs1]!
    if (!isInMemory(hart.window, address, bytes))
      return trap(outsideTrap('load-outside', hart.window, { pc: instr.pc, address, bytes }))
    const other = nonResidue()
    if (other === undefined) return composite(instr.pc, index)
    const x = readInteger(bytesAt(hart, Number(address), bytes))
    const root = squareRoot(x, modulus, other)
    const word = wordBytes(hart)
    const stream = new Uint8Array(word + bytes)
    stream[0] = root === undefined ? 0 : 1
    writeInteger(root ?? squareRoot(x * other, modulus, other)!, stream.subarray(word))
    replaceHints(host, stream)
    return proceed
  }
