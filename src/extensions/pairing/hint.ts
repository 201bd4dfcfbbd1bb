/** HintFinalExp: reads the guest's pairs of points, and makes the witness of their product the hint stream. */
import { bytesAt as guestBytes, isInMemory, outsideTrap } from '../../program/access.ts'
import type { Hart } from '../../program/hart.ts'
import type { HostOutcome } from '../host.ts'
import type { Handler } from '../extension.ts'
import { readInteger, writeInteger } from '../field/little-endian.ts'
import { residue } from '../field/residues.ts'
import { proceed, trap, wordBytes } from '../io/handler.ts'
import { replaceHints } from '../io/hints.ts'
import { witnessBls12381 } from './bls12-381-witness.ts'
import { witnessBn254 } from './bn254-witness.ts'
import { bn254, type PairingCurve } from './curves.ts'
import { coefficients, fp12Field, type Fp12, type Fp12Field } from './fp12.ts'
import { DegeneratePair, millerLoop, type PointPair } from './miller-loop.ts'

/** An operand that the instruction does not take. */
class Refused {
  readonly outcome: HostOutcome
  constructor(outcome: HostOutcome) {
    this.outcome = outcome
  }
}

const invalid = (pc: number, message: string): Refused => new Refused(trap({ kind: 'operand-invalid', pc, message }))

/** Guest memory that is read as a whole. */
function bytesAt(pc: number, hart: Hart, address: bigint, length: bigint): Uint8Array {
  if (!isInMemory(hart.window, address, length))
    throw new Refused(trap(outsideTrap('load-outside', hart.window, { pc, address, bytes: length })))
  return guestBytes(hart, Number(address), Number(length))
}

/** Whose points are read, and for which instruction. */
interface Reading {
  readonly pc: number
  readonly hart: Hart
  readonly curve: PairingCurve
}

/**
 * A slice of points: its header at `address` holds pointer and number of elements, one register wide each. Gives the
 * elements' coordinates.
 */
function coordinatesAt(address: bigint, { pc, hart, curve }: Reading, perPoint: number): bigint[][] {
  const word = wordBytes(hart)
  const header = bytesAt(pc, hart, address, BigInt(2 * word))
  const [pointer, count] = [readInteger(header.subarray(0, word)), readInteger(header.subarray(word))]
  const size = perPoint * curve.bytes
  const bytes = bytesAt(pc, hart, pointer, count * BigInt(size))
  return Array.from({ length: Number(count) }, (_, point) =>
    Array.from({ length: perPoint }, (__, at) => {
      const start = point * size + at * curve.bytes
      const coordinate = readInteger(bytes.subarray(start, start + curve.bytes))
      if (coordinate >= curve.p)
        throw invalid(pc, `coordinate ${at} of point ${point} is not below the modulus of ${curve.name}`)
      return coordinate
    }),
  )
}

/** The pairs whose pairing may differ from 1: the point at infinity is written as zeros. */
function pairsAt(pc: number, hart: Hart, [p, q]: readonly [bigint, bigint], curve: PairingCurve): PointPair[] {
  const g1 = coordinatesAt(p, { pc, hart, curve }, 2)
  const g2 = coordinatesAt(q, { pc, hart, curve }, 4)
  if (g1.length !== g2.length)
    throw invalid(pc, `the guest paired ${g1.length} points of G1 with ${g2.length} points of G2`)
  if (g1.length === 0) throw invalid(pc, 'the guest asked for the pairing of no points')
  const pairs: PointPair[] = []
  for (const [index, [x, y]] of g1.entries()) {
    const [x0, x1, y0, y1] = g2[index]!
    if ((x === 0n && y === 0n) || (x0 === 0n && x1 === 0n && y0 === 0n && y1 === 0n)) continue
    pairs.push({ g1: { x: x!, y: y! }, g2: { x: [x0!, x1!], y: [y0!, y1!] } })
  }
  return pairs
}

/** Six coefficients of w⁰ … w⁵, each of them two little-endian residues. */
function write(element: Fp12, { bytes, p }: PairingCurve, into: Uint8Array): void {
  for (const [at, value] of coefficients(element).flat().entries())
    writeInteger(residue(value, p), into.subarray(at * bytes, (at + 1) * bytes))
}

/** The handler for one curve. */
export function hintFinalExp(curve: PairingCurve): Handler {
  let field: Fp12Field | undefined
  return (instr, hart, host) => {
    const { pc, rs1, rs2 } = instr
    try {
      const pairs = pairsAt(pc, hart, [hart.x[rs1]!, hart.x[rs2]!], curve)
      field ??= fp12Field(curve.p, curve.xi)
      const f = millerLoop(curve, field, pairs)
      const witness = curve === bn254 ? witnessBn254(field, f) : witnessBls12381(field, f)
      if (witness === undefined) throw invalid(pc, `the points are not of the groups of ${curve.name}`)
      const half = 12 * curve.bytes
      const stream = new Uint8Array(2 * half)
      for (const [at, element] of witness.entries()) write(element, curve, stream.subarray(at * half, (at + 1) * half))
      replaceHints(host, stream)
      return proceed
    } catch (error) {
      if (error instanceof DegeneratePair)
        return invalid(pc, `the points are not of the groups of ${curve.name}: ${error.message}`).outcome
      if (error instanceof Refused) return error.outcome
      throw error
    }
  }
}
