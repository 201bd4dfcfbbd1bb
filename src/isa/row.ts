/** One row of an instruction table: encoding, operands, C and reference semantics hang together. */
import type { Xlen } from '../elf/image.ts'

export type Format =
  | 'R'
  | 'I'
  | 'unary'
  | 'shift'
  | 'shiftw'
  | 'S'
  | 'B'
  | 'U'
  | 'J'
  | 'fence'
  | 'none'
  | 'csr'
  | 'csri'
  | 'amo'
  | 'lr'

interface Encoding {
  readonly name: string
  readonly format: Format
  /** An instruction word belongs to the row when `(word & mask) === match`. */
  readonly mask: number
  readonly match: number
  /** The widths that have this instruction; both where absent. */
  readonly only?: Xlen | undefined
  /** It counts only as what a machine lists it as, never as everything that no chip lists. */
  readonly isListed?: true
}

/** What an ALU instruction computes, however its operands are said. `…w`: of the lower 32 bits, sign-extended. */
export type AluOp =
  | 'add'
  | 'sub'
  | 'xor'
  | 'or'
  | 'and'
  | 'slt'
  | 'sltu'
  | 'sll'
  | 'srl'
  | 'sra'
  | 'addw'
  | 'subw'
  | 'sllw'
  | 'srlw'
  | 'sraw'
  | 'mul'
  | 'mulh'
  | 'mulhsu'
  | 'mulhu'
  | 'div'
  | 'divu'
  | 'rem'
  | 'remu'
  | 'mulw'
  | 'divw'
  | 'divuw'
  | 'remw'
  | 'remuw'
  | BitOp

/** Of the sets beside I and M. `…uw`: the first operand is its lower 32 bits, zero-extended. */
type BitOp =
  | `sh${1 | 2 | 3}add`
  | `sh${1 | 2 | 3}adduw`
  | 'adduw'
  | 'slluw'
  | 'andn'
  | 'orn'
  | 'xnor'
  | `${'clz' | 'ctz' | 'cpop' | 'rol' | 'ror' | 'pack'}${'' | 'w'}`
  | 'max'
  | 'maxu'
  | 'min'
  | 'minu'
  | 'sextb'
  | 'sexth'
  | 'zexth'
  | 'orcb'
  | 'rev8'
  | 'bclr'
  | 'bext'
  | 'binv'
  | 'bset'
  | 'clmul'
  | 'clmulh'
  | 'clmulr'
  | 'packh'
  | 'brev8'
  | 'zip'
  | 'unzip'
  | 'xperm4'
  | 'xperm8'
  | 'czeroeqz'
  | 'czeronez'

/** `rd = f(a, b)`; b is rs2 or the immediate, which rows of format `unary` do not look at. */
export interface AluRow extends Encoding {
  readonly kind: 'alu'
  readonly op: AluOp
  readonly source: 'register' | 'immediate'
  /** Reference semantics on unsigned XLEN-bit values; the caller truncates the result. */
  readonly eval: (a: bigint, b: bigint, xlen: Xlen) => bigint
  /** C expression over operands of the generated type `reg` (unsigned, XLEN bits). */
  readonly c: (a: string, b: string, xlen: Xlen) => string
  /** The expression calls functions of `templates/runtime/bits.h`. */
  readonly inRuntime?: true | undefined
}

/** `rd = upper immediate`, relative to 0 (lui) or to pc (auipc). */
export interface UpperRow extends Encoding {
  readonly kind: 'upper'
  readonly relative: boolean
}

export interface LoadRow extends Encoding {
  readonly kind: 'load'
  readonly width: 1 | 2 | 4 | 8
  readonly signed: boolean
}

export interface StoreRow extends Encoding {
  readonly kind: 'store'
  readonly width: 1 | 2 | 4 | 8
}

/** When a branch is taken: a comparison of rs1 with rs2, signed unless it ends in u. */
export type Condition = 'eq' | 'ne' | 'lt' | 'ge' | 'ltu' | 'geu'

export interface BranchRow extends Encoding {
  readonly kind: 'branch'
  readonly condition: Condition
  readonly eval: (a: bigint, b: bigint, xlen: Xlen) => boolean
  readonly c: (a: string, b: string) => string
}

export interface JumpRow extends Encoding {
  readonly kind: 'jal' | 'jalr'
}

/** Fences and other instructions without effect. */
export interface NopRow extends Encoding {
  readonly kind: 'nop'
}

/** An instruction that the host executes through the guest ABI's handlers (ecall, custom-0, …). */
export interface HostRow extends Encoding {
  readonly kind: 'host'
  /** The guest ends with it: no row of any chip counts it, and a span of straight-line code ends there. */
  readonly ends?: boolean
}

/** What a called operation does with one of the instruction's register operands. */
export type CallOperand =
  /** The register is an address of `bytes` bytes, all of which are read, written, or both. */
  | {
      readonly register: 'rd' | 'rs1' | 'rs2'
      readonly access: 'read' | 'write' | 'update'
      readonly bytes: number
      /** The address has to be a multiple of `bytes`, a power of 2. */
      readonly isAligned?: true
    }
  /**
   * The same with as many bytes as the value of rs2 says: at most `most`, and with `inWords` a multiple of the register
   * width.
   */
  | {
      readonly register: 'rd' | 'rs1'
      readonly access: 'read' | 'write' | 'update'
      readonly bytes: 'rs2'
      readonly most: number
      readonly inWords?: true
    }
  /** The register's value itself. */
  | { readonly register: 'rd' | 'rs1' | 'rs2'; readonly access: 'value' }
  /** What the hart has reserved (`Hart.reserved`), 8 bytes; the register says where it wants to. */
  | { readonly register: 'rs1'; readonly access: 'reservation' }

/** Those that are memory. */
export type MemoryOperand = Exclude<CallOperand, { access: 'value' | 'reservation' }>
export const isMemory = (operand: CallOperand): operand is MemoryOperand =>
  operand.access !== 'value' && operand.access !== 'reservation'

/** An operand as the reference semantics see it: a view of memory or of the reservation, or a register's value. */
export type CallValue = Uint8Array | bigint

/**
 * What the reference semantics answer: done, with the result where the row has one; or refused, and nothing has
 * changed.
 */
export type CallOutcome = { readonly result?: bigint } | { readonly refused: string }

/**
 * An operation on memory that native code calls as a C function. Operands may overlap: an operation reads all of its
 * input before it writes. Addresses need no alignment, unless the row says so.
 */
export interface CallRow extends Encoding {
  readonly kind: 'call'
  /** In the order of the C function's arguments. */
  readonly operands: readonly CallOperand[]
  /** `register`: writes rd · `branch`: transfers to pc + immediate when the result is not 0. */
  readonly result?: 'register' | 'branch'
  /**
   * Name of the C function: `int f(uint8_t *, const uint8_t *, uint64_t, …)` with `uint64_t *result` last where the row
   * has a result. It answers 1, or 0 where the operation has to be refused; it has changed nothing then, and the
   * reference semantics say why.
   */
  readonly c: string
  /** The function is one of templates/runtime/atomics.h, which compilers put in its place. */
  readonly inRuntime?: true
  /** Files of the extension that the C function needs, by path in the generated project. */
  readonly files?: readonly string[]
  /** Rows beyond the one in the instruction's own chip, by operation name (machine file, `operations`). */
  readonly extraRows?: Readonly<Record<string, number>>
  /** Reference semantics. The views in `operands` may overlap, and they may lie in shared memory. */
  readonly execute: (operands: readonly CallValue[], xlen: Xlen) => CallOutcome
}

/** The name by which a library offers the C function of a call to those who compare it with its reference semantics. */
export const exportedCall = ({ c }: CallRow): string => `rvr_call_${c}`

export type Row = AluRow | UpperRow | LoadRow | StoreRow | BranchRow | JumpRow | NopRow | HostRow | CallRow

/** Bytes of an instruction slot. */
export type SlotBytes = 2 | 4

/**
 * A decoded instruction. `imm` is the sign-extended immediate as a JavaScript number (for `upper` rows already shifted
 * by 12).
 */
export interface Instr {
  readonly pc: number
  /** Bytes that it takes: where the next one is. */
  readonly size: 2 | 4
  readonly word: number
  readonly row: Row
  readonly rd: number
  readonly rs1: number
  readonly rs2: number
  readonly imm: number
}
