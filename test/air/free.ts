/** Cells of honest rows that can be changed alone without anybody noticing, and why that does no harm. */
import type { Xlen } from '../../src/elf/image.ts'

type Free = Readonly<Record<string, string>>

const equal: Free = { diff: 'the operands are equal: nothing is marked' }
const inverse: Free = { inv_at: 'limbs that are equal, or several that differ: only the sum is asked for' }
const division: Free = {
  q_sign: 'the divisor is 0: there is no product',
  y_sum_inv: 'the divisor is 0: the inverse shows that it is not',
  r_sum_inv: 'the remainder is 0, or the divisor: the inverse shows that it is not',
  ra_inv: 'the signs are the same: the remainder is not negated',
  diff: 'nothing is marked: the remainder is 0, or the divisor',
}
const immediate: Free = { last2: 'the operand is an immediate', gap2: 'the operand is an immediate' }
const noWrite: Free = { gapw: 'x0 is not written', prev: 'x0 is not written' }
const noWrite32: Free = { ...noWrite, lastw: 'x0 is not written' }
const buffer: Free = {
  pc: 'rows behind the first of a buffer take no part in execution',
  dst_reg: 'rows behind the first read no pointer',
  gap1: 'rows behind the first read no pointer',
  cnt_reg: 'rows behind the first read no count',
  gap2: 'rows behind the first read no count',
}
const oneBlock: Free = {
  gapm1: 'the block behind is not accessed',
  carry: 'the block behind is not accessed',
}
const load: Free = { ...oneBlock, ...noWrite, m1: oneBlock.gapm1! }
const store: Free = {
  ...oneBlock,
  old1: oneBlock.gapm1!,
  lo: 'the address is even: no cell is put together',
  keep: 'the address is even: no cell is put together',
}

/** By width, AIR and column; limbs of one value together. */
export const free: Readonly<Record<Xlen, Readonly<Record<string, Free>>>> = {
  32: {
    BaseAlu: immediate,
    Shift: { ...immediate, carry: 'no byte of the result takes it: it only has to be small' },
    LessThan: { ...immediate, ...equal },
    BranchEqual: inverse,
    BranchLessThan: equal,
    DivRem: division,
    JalLui: noWrite32,
    Jalr: noWrite32,
    LoadStore: { lastw: noWrite32.lastw!, gapw: noWrite.gapw!, prev: noWrite.prev! },
    LoadSignExtend: noWrite32,
    HintStore: { ...buffer, last1: buffer.gap1!, last2: buffer.gap2! },
  },
  64: {
    LessThan: equal,
    LessThanImm: equal,
    BranchEqual: inverse,
    BranchLessThan: equal,
    DivRem: division,
    DivRemW: division,
    JalLui: noWrite,
    Jalr: noWrite,
    LoadDouble: load,
    LoadWord: load,
    LoadHalf: load,
    LoadSignExtendWord: load,
    LoadSignExtendHalf: load,
    LoadByte: noWrite,
    LoadSignExtendByte: noWrite,
    StoreDouble: store,
    StoreWord: store,
    StoreHalf: store,
    HintStore: buffer,
  },
}

/** The same of the tables around the instructions. */
export const freeOfSystem: Readonly<Record<Xlen, Readonly<Record<string, Free>>>> = {
  32: {
    VmConnector: { done: 'the first row does not end', code: 'the first row does not end' },
    Poseidon2Periphery: { mark: 'it is in no constraint and in no message' },
  },
  64: {
    VmConnector: { done: 'the first row does not end', code: 'the first row does not end' },
    Poseidon2Periphery: { mark: 'it is in no constraint and in no message' },
    PersistentBoundary: { new_hash: 'a leaf that is not written has no hash at the end' },
  },
}
