/** Executes an extension's operation on guest memory: operands checked in order, then the reference semantics. */
import { bytesAt, isInMemory, misalignedTrap, outsideTrap } from '../program/access.ts'
import type { Hart } from '../program/hart.ts'
import type { Trap } from '../program/trap.ts'
import { isMemory, type CallRow, type CallValue, type Instr } from '../isa/row.ts'

/** Bytes of guest memory that a call has read or written. */
export interface Touched {
  readonly address: number
  readonly length: number
}

export type CallEnd =
  | { readonly trap: Trap }
  /** `result` is 0 where the row has none. */
  | { readonly trap?: undefined; readonly result: bigint; readonly touched: readonly Touched[] }

/** An operand as it lies in guest memory, or a value, or what the hart has reserved. */
export type ResolvedOperand = { readonly value: bigint } | { readonly reserved: Uint8Array } | Touched

/** Operands in the row's order, all of them legal; or the trap of the first one that is not. */
export type ResolvedOperands =
  | { readonly trap: Trap }
  | { readonly trap?: undefined; readonly operands: readonly ResolvedOperand[] }

export function resolveOperands(row: CallRow, instr: Instr, { x, xlen, window, reserved }: Hart): ResolvedOperands {
  const { pc } = instr
  const operands: ResolvedOperand[] = []
  for (const operand of row.operands) {
    const value = x[instr[operand.register]]!
    if (!isMemory(operand)) {
      operands.push(operand.access === 'value' ? { value } : { reserved: bytesOf(reserved) })
      continue
    }
    let bytes = 0
    if ('most' in operand) {
      const length = x[instr.rs2]!
      const unit = operand.inWords === true ? xlen / 8 : 1
      if (length > BigInt(operand.most) || length % BigInt(unit) !== 0n)
        return {
          trap: invalid(
            row,
            pc,
            `a length of ${length} bytes, wanted ${unit > 1 ? `a multiple of ${unit} ` : ''}up to ${operand.most}`,
          ),
        }
      bytes = Number(length)
    } else bytes = operand.bytes
    if (!isInMemory(window, value, bytes)) {
      const kind = operand.access === 'read' ? 'load-outside' : 'store-outside'
      return { trap: outsideTrap(kind, window, { pc, address: value, bytes }) }
    }
    if ('isAligned' in operand && operand.isAligned === true && value % BigInt(bytes) !== 0n)
      return { trap: misalignedTrap(row.name, pc, value, bytes) }
    operands.push({ address: Number(value), length: bytes })
  }
  return { operands }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: BigUint64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** Operands in memory in the order of an AIR's accesses: those that are only written come last. */
export function accessOrder({ operands }: CallRow, resolved: readonly ResolvedOperand[]): readonly Touched[] {
  const isLast = (index: number): boolean => operands[index]!.access === 'write'
  const order = [...resolved.keys()].toSorted((a, b) => Number(isLast(a)) - Number(isLast(b)))
  return order.flatMap(index => {
    const operand = resolved[index]!
    return 'length' in operand ? [operand] : []
  })
}

const invalid = (row: CallRow, pc: number, message: string): Trap => ({
  kind: 'operand-invalid',
  pc,
  message: `${row.name}: ${message}`,
})

/** How a call is executed; undefined: the run has to stop in front of it. */
export type CallExecutor = (row: CallRow, instr: Instr, hart: Hart) => CallEnd | undefined

/** Executes `instr`, whose row is `row`. On a trap nothing has changed. */
export function executeCall(row: CallRow, instr: Instr, hart: Hart): CallEnd {
  const resolved = resolveOperands(row, instr, hart)
  return resolved.trap !== undefined ? resolved : executeResolved(row, instr, resolved.operands, hart)
}

/** The same for operands that have been looked at. */
export function executeResolved(row: CallRow, instr: Instr, operands: readonly ResolvedOperand[], hart: Hart): CallEnd {
  const values = operands.map((operand): CallValue => {
    if ('value' in operand) return operand.value
    return 'reserved' in operand ? operand.reserved : bytesAt(hart, operand.address, operand.length)
  })
  const { xlen } = hart
  const outcome = row.execute(values, xlen)
  if ('refused' in outcome) return { trap: invalid(row, instr.pc, outcome.refused) }
  const touched = operands.filter((operand): operand is Touched => 'length' in operand && operand.length > 0)
  // A register takes its own bits of the result, a branch looks at all 64.
  return { result: BigInt.asUintN(row.result === 'register' ? xlen : 64, outcome.result ?? 0n), touched }
}
