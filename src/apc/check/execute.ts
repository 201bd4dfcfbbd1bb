/** What instructions do, by their reference semantics. */
import type { Xlen } from '../../elf/image.ts'
import type { Instr } from '../../isa/row.ts'

/** What an instruction may look at. */
export interface Readable {
  register(number: number): bigint
  /** Little-endian number of so many bytes. */
  load(address: number, bytes: number): bigint
}

export interface Executed {
  /** What the instruction computes for rd, whether or not it is written. */
  readonly result: bigint
  readonly next: number
}

export function execute(instr: Instr, memory: Readable, xlen: Xlen): Executed {
  const { row, pc, imm } = instr
  const [x, y] = [memory.register(instr.rs1), memory.register(instr.rs2)]
  const wrap = (value: bigint): bigint => BigInt.asUintN(xlen, value)
  const next = pc + 4
  switch (row.kind) {
    case 'alu':
      return { result: wrap(row.eval(x, row.source === 'register' ? y : wrap(BigInt(imm)), xlen)), next }
    case 'upper':
      return { result: wrap(BigInt(imm) + (row.relative ? BigInt(pc) : 0n)), next }
    case 'load': {
      const loaded = memory.load(Number(wrap(x + BigInt(imm))), row.width)
      return { result: row.signed ? wrap(BigInt.asIntN(8 * row.width, loaded)) : loaded, next }
    }
    case 'branch':
      return { result: 0n, next: row.eval(x, y, xlen) ? pc + imm : next }
    case 'jal':
      return { result: BigInt(next), next: pc + imm }
    case 'jalr':
      return { result: BigInt(next), next: Number(wrap(x + BigInt(imm)) & ~1n) }
    default:
      return { result: 0n, next }
  }
}
