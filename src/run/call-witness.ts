/** Compares every call of an extension with the C function that native code would call, on copies of its operands. */
import { hexText } from '../hex.ts'
import { executeResolved, resolveOperands, type CallEnd, type ResolvedOperand, type Touched } from '../interp/call.ts'
import { bytesAt } from '../program/access.ts'
import type { Hart } from '../program/hart.ts'
import type { CallRow, Instr } from '../isa/row.ts'
import type { NativeCall, NativeLibrary } from '../load/library.ts'

/** A call whose C does not do what its reference semantics do. */
export interface CallDifference {
  readonly pc: number
  /** Name of the instruction's row and of the C function. */
  readonly instruction: string
  readonly c: string
  /** What differs: whether the operands were refused, the result, bytes of an operand, or bytes beside all operands. */
  readonly kind: 'answer' | 'result' | 'memory' | 'outside'
  /** One clause for a person: what the C did and what was expected. */
  readonly text: string
  readonly operands: readonly CallOperandFacts[]
}

export interface CallOperandFacts {
  readonly register: 'rd' | 'rs1' | 'rs2'
  readonly access: 'read' | 'write' | 'update' | 'value'
  /** The register's value: an address or a number. */
  readonly value: bigint
  /** Memory operands: their size, and their first bytes before the call. */
  readonly bytes?: number
  readonly begins?: Uint8Array
}

/** Bytes on both sides of a copy: a function that writes beside its operands is found out. */
const MARGIN = 64
const FILLER = 0xa5
/** Bytes of an operand that a report shows. */
const SHOWN = 32

/** Operands that overlap share a copy. */
interface Arena {
  readonly address: number
  readonly length: number
  /** With margins. */
  readonly copy: Uint8Array
}

function arenasOf(ranges: readonly Touched[], hart: Hart): Arena[] {
  const merged: { address: number; length: number }[] = []
  for (const { address, length } of ranges.toSorted((a, b) => a.address - b.address)) {
    const last = merged.at(-1)
    const isApart = last === undefined || address >= last.address + last.length
    if (!isApart) last.length = Math.max(last.length, address + length - last.address)
    else merged.push({ address, length })
  }
  return merged.map(({ address, length }) => {
    const copy = new Uint8Array(length + 2 * MARGIN).fill(FILLER)
    copy.set(bytesAt(hart, address, length), MARGIN)
    return { address, length, copy }
  })
}

export class CallWitness {
  readonly #library: NativeLibrary
  readonly #functions = new Map<string, NativeCall | undefined>()
  /** The difference that the run stands in front of. */
  found: CallDifference | undefined

  constructor(library: NativeLibrary) {
    this.#library = library
  }

  /** Executes a call by its reference semantics; undefined where the C differs: then nothing has changed. */
  readonly call = (row: CallRow, instr: Instr, hart: Hart): CallEnd | undefined => {
    const resolved = resolveOperands(row, instr, hart)
    if (resolved.trap !== undefined) return resolved
    const { operands } = resolved
    const native = this.#function(row)
    if (native === undefined) return executeResolved(row, instr, operands, hart)
    const ranges = operands.filter((operand): operand is Touched => 'address' in operand)
    const arenas = arenasOf(ranges, hart)
    const before = arenas.map(({ copy }) => copy.slice())
    const result = new BigUint64Array(1)
    const given = operands.map(operand => givenOf(operand, arenas))
    const answer = native(given, result)
    const end = executeResolved(row, instr, operands, hart)
    const difference =
      answerDifference(answer, end) ??
      resultDifference(row, result[0]!, end, hart.xlen) ??
      memoryDifference(arenas, hart)
    if (difference === undefined) return end
    for (const [index, { address, length }] of arenas.entries()) {
      bytesAt(hart, address, length).set(before[index]!.subarray(MARGIN, MARGIN + length))
    }
    const facts = factsOf(row, instr, operands, hart)
    this.found = { pc: instr.pc, instruction: row.name, c: row.c, ...difference, operands: facts }
    return undefined
  }

  #function(row: CallRow): NativeCall | undefined {
    if (!this.#functions.has(row.c)) this.#functions.set(row.c, this.#library.call(row))
    return this.#functions.get(row.c)
  }
}

function givenOf(operand: ResolvedOperand, arenas: readonly Arena[]): bigint | Uint8Array {
  if ('value' in operand) return operand.value
  return 'reserved' in operand ? operand.reserved.slice() : within(arenas, operand)
}

function within(arenas: readonly Arena[], { address, length }: Touched): Uint8Array {
  const end = address + length
  const arena = arenas.find(candidate => address >= candidate.address && end <= candidate.address + candidate.length)!
  return arena.copy.subarray(MARGIN + address - arena.address, MARGIN + end - arena.address + MARGIN)
}

type Difference = Pick<CallDifference, 'kind' | 'text'>

function answerDifference(answer: number, { trap }: CallEnd): Difference | undefined {
  if ((answer !== 0) === (trap === undefined)) return undefined
  if (trap === undefined) return { kind: 'answer', text: 'it answers 0 (refused), expected 1 (done)' }
  return { kind: 'answer', text: `it answers ${answer} (done), expected 0 (refused: ${trap.message})` }
}

function resultDifference(row: CallRow, found: bigint, end: CallEnd, xlen: 32 | 64): Difference | undefined {
  if (row.result === undefined || end.trap !== undefined) return undefined
  const actual = BigInt.asUintN(row.result === 'register' ? xlen : 64, found)
  const isSame = row.result === 'register' ? actual === end.result : (actual !== 0n) === (end.result !== 0n)
  if (isSame) return undefined
  return { kind: 'result', text: `its result is ${hexText(actual)}, expected ${hexText(end.result)}` }
}

function memoryDifference(arenas: readonly Arena[], hart: Hart): Difference | undefined {
  for (const { address, length, copy } of arenas) {
    const own = bytesAt(hart, address, length)
    for (const [index, byte] of copy.entries()) {
      const offset = index - MARGIN
      const isInside = offset >= 0 && offset < length
      const expected = isInside ? own[offset]! : FILLER
      if (byte === expected) continue
      const at = hexText(address + offset)
      if (!isInside) return { kind: 'outside', text: `it writes at ${at}, outside of its operands` }
      return { kind: 'memory', text: `it leaves ${hexText(byte)} at ${at}, expected ${hexText(expected)}` }
    }
  }
  return undefined
}

type Operands = readonly ResolvedOperand[]

function factsOf(row: CallRow, instr: Instr, operands: Operands, hart: Hart): CallOperandFacts[] {
  return row.operands.flatMap(({ register, access }, index) => {
    const operand = operands[index]!
    if (access === 'reservation' || 'reserved' in operand) return []
    const facts = { register, access, value: hart.x[instr[register]]! }
    if ('value' in operand) return facts
    const { address, length } = operand
    return { ...facts, bytes: length, begins: bytesAt(hart, address, Math.min(length, SHOWN)).slice() }
  })
}
