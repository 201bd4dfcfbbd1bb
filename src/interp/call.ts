/** Executes an extension's operation on guest memory: operands checked in order, then the reference semantics. */
import { isInMemory, outsideTrap } from '../ir/access.ts'
import type { Hart } from '../ir/hart.ts'
import type { Trap } from '../ir/trap.ts'
import type { CallRow, CallValue, Instr } from '../isa/row.ts'

/** Bytes of guest memory that a call has read or written. */
export interface Touched {
  readonly address: number
  readonly length: number
}

export type CallEnd =
  | { readonly trap: Trap }
  /** `result` is 0 where the row has none. */
  | { readonly trap?: undefined; readonly result: bigint; readonly touched: readonly Touched[] }

/** Executes `instr`, whose row is `row`. On a trap nothing has changed. */
export function executeCall(row: CallRow, instr: Instr, { x, memory, xlen }: Hart): CallEnd {
  const { pc } = instr
  const invalid = (message: string): CallEnd => ({ trap: { kind: 'operand-invalid', pc, message: `${row.name}: ${message}` } })
  const values: CallValue[] = [], touched: Touched[] = []
  for (const operand of row.operands) {
    const value = x[instr[operand.register]]!
    if (operand.access === 'value') {
      values.push(value)
      continue
    }
    let bytes = 0
    if ('most' in operand) {
      const length = x[instr.rs2]!
      const unit = operand.inWords === true ? xlen / 8 : 1
      if (length > BigInt(operand.most) || length % BigInt(unit) !== 0n) return invalid(`a length of ${length} bytes, wanted ${unit > 1 ? `a multiple of ${unit} ` : ''}up to ${operand.most}`)
      bytes = Number(length)
    } else bytes = operand.bytes
    if (!isInMemory(value, bytes)) return { trap: outsideTrap(operand.access === 'read' ? 'load-outside' : 'store-outside', pc, value, bytes) }
    const address = Number(value)
    values.push(memory.subarray(address, address + bytes))
    if (bytes > 0) touched.push({ address, length: bytes })
  }
  const outcome = row.execute(values, xlen)
  // A register takes its own bits of the result, a branch looks at all 64.
  return 'refused' in outcome ? invalid(outcome.refused) : { result: BigInt.asUintN(row.result === 'register' ? xlen : 64, outcome.result ?? 0n), touched }
}
