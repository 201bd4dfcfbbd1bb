/** Tells of every instruction that an interpreter executes: what it was, and what it did to registers and memory. */
import type { Image } from '../elf/image.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { resolveOperands } from '../interp/call.ts'
import type { Interpreter, Stretch } from '../interp/interpreter.ts'
import { decoderFor } from '../extensions/registry.ts'
import { bytesAt } from '../program/access.ts'
import { fetchAt } from '../program/slots.ts'
import type { Hart } from '../program/hart.ts'
import { isMemory, type Instr } from '../isa/row.ts'
import { MEMORY } from '../layout/meter.ts'

/** Bytes of guest memory that an instruction read, wrote, or both. */
export interface TracedAccess {
  readonly access: 'read' | 'write' | 'update'
  readonly address: number
  readonly bytes: number
  /** Loads and stores: the bytes as a little-endian number. */
  readonly value?: bigint
}

/** One executed instruction. */
export interface TracedStep {
  readonly pc: number
  /** The instruction's word, unsigned. */
  readonly word: number
  /** Registers that it wrote or the host changed, with their new values. */
  readonly registers: readonly (readonly [register: number, value: bigint])[]
  readonly memory: readonly TracedAccess[]
}

/** Memory that an instruction is about to access, as far as the hart's registers tell before it. */
export function accessesOf(instr: Instr, hart: Hart, abi: GuestAbi): TracedAccess[] {
  const { row } = instr
  switch (row.kind) {
    case 'load':
    case 'store': {
      const address = Number(BigInt.asUintN(hart.xlen, hart.x[instr.rs1]! + BigInt(instr.imm)))
      return [{ access: row.kind === 'load' ? 'read' : 'write', address, bytes: row.width }]
    }
    case 'call': {
      const resolved = resolveOperands(row, instr, hart)
      if (resolved.trap !== undefined) return []
      return resolved.operands.flatMap((operand, index): TracedAccess[] => {
        const said = row.operands[index]!
        if (!isMemory(said) || !('address' in operand)) return []
        return [{ access: said.access, address: operand.address, bytes: operand.length }]
      })
    }
    case 'host': {
      const { touched } = abi.effects(instr, hart)
      return touched?.space !== MEMORY ? [] : [{ access: 'write', address: touched.address, bytes: touched.length }]
    }
    default:
      return []
  }
}

const littleEndian = (hart: Hart, { address, bytes }: TracedAccess): bigint =>
  bytesAt(hart, address, bytes).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)

/** Kinds of instructions that write rd, whatever it was before. */
const WRITERS: ReadonlySet<string> = new Set(['alu', 'upper', 'load', 'jal', 'jalr'])

/** Registers that were written, or are not what they were. */
function changed(before: BigUint64Array, { x }: Hart, instr: Instr | undefined): TracedStep['registers'] {
  const target = instr !== undefined && WRITERS.has(instr.row.kind) ? instr.rd : 0
  const isChanged = (register: number): boolean => register === target || x[register] !== before[register]
  return [...x.entries()].filter(([register]) => register !== 0 && isChanged(register))
}

interface Traced {
  readonly image: Image
  readonly abi: GuestAbi
  readonly tell: (step: TracedStep) => void
}

/** `interpreter`, one instruction at a time. What traps has not been executed. */
export function tracedInterpreter(interpreter: Interpreter, { image, abi, tell }: Traced): Interpreter {
  const decode = decoderFor(image.xlen, abi)
  return {
    ...interpreter,
    run(hart, host, options): Stretch {
      const most = Number(options.maxInstructions)
      const before = new BigUint64Array(32)
      let executed = 0
      while (executed < most) {
        const { pc } = hart
        const instr = interpreter.instrAt(pc)
        before.set(hart.x)
        const planned = instr === undefined ? [] : accessesOf(instr, hart, abi)
        const stretch = interpreter.run(hart, host, { ...options, maxInstructions: 1 })
        executed += stretch.executed
        if (stretch.executed > 0) {
          const isPlain = instr?.row.kind === 'load' || instr?.row.kind === 'store'
          const memory = isPlain ? planned.map(access => ({ ...access, value: littleEndian(hart, access) })) : planned
          tell({ pc, word: fetchAt(image, decode, pc)?.word ?? 0, registers: changed(before, hart, instr), memory })
        }
        if (stretch.reason.type !== 'limit') return { ...stretch, executed }
      }
      return { reason: { type: 'limit' }, executed }
    },
  }
}
