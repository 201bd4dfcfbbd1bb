/** How often a loop that is one chain of blocks goes round, as a C expression over the registers in front of it. */
import type { Block } from '../../program/program.ts'
import type { Instr } from '../../isa/row.ts'
import { affineText, type Affine, type NameOf, type Values } from './affine.ts'
import type { InnermostLoop } from './find.ts'
import { isStill, MOST_REGISTER_STRIDE, strideOf, strideText, type Assumptions, type Stride } from './strides.ts'

/** One side of the branch: its value in the first iteration as C, and how it moves. */
interface Side {
  readonly text: string
  readonly stride: Stride
}

function sideOf(
  value: Affine | undefined,
  strides: readonly (Stride | undefined)[],
  assumptions: Assumptions,
  nameOf: NameOf,
): Side | undefined {
  const stride = value && strideOf(value, strides, assumptions)
  return stride && { text: affineText(value!, nameOf), stride }
}

/** The branch at which a chain of blocks is left. */
export interface OnlyExit {
  readonly instr: Instr
  /** Index of its block in the loop. */
  readonly index: number
  /** Does the loop go on where the branch is taken? */
  readonly taken: boolean
}

/** Where a loop ends that is one chain of blocks and is left at one branch; undefined for all others. */
export function onlyExit(loop: InnermostLoop, blocks: readonly Block[]): OnlyExit | undefined {
  const ids = loop.blocks.map(position => blocks[position]!.id)
  let exit: OnlyExit | undefined
  for (const [index, position] of loop.blocks.entries()) {
    const { end } = blocks[position]!
    const following = ids[(index + 1) % ids.length]!
    if (
      (end.kind === 'fall' && end.next === following) ||
      (end.kind === 'jump' && end.instr.rd === 0 && end.target === following)
    )
      continue
    if (exit !== undefined || end.kind !== 'branch' || end.instr.row.kind !== 'branch') return undefined
    const taken = end.taken === following
    const other = taken ? end.next : end.taken
    if ((!taken && end.next !== following) || (other !== undefined && ids.includes(other))) return undefined
    exit = { instr: end.instr, index, taken }
  }
  return exit
}

/** The condition on which a branch is not taken. */
const opposite: Readonly<Record<string, string>> = {
  beq: 'bne',
  bne: 'beq',
  blt: 'bge',
  bge: 'blt',
  bltu: 'bgeu',
  bgeu: 'bltu',
}

/**
 * An expression of type reg: how often in a row the loop goes on at least. Undefined where its branch does not count.
 * `values` are those at the branch, in terms of the registers at the header. What has to hold for that is added to
 * `assumptions`.
 */
export function tripsOf(
  { instr: { row, rs1, rs2 }, taken }: OnlyExit,
  values: Values,
  strides: readonly (Stride | undefined)[],
  assumptions: Assumptions,
  nameOf: NameOf,
): string | undefined {
  const a = sideOf(values[rs1], strides, assumptions, nameOf)
  const b = sideOf(values[rs2], strides, assumptions, nameOf)
  if (a === undefined || b === undefined || isStill(a.stride) === isStill(b.stride)) return undefined
  const moving = isStill(a.stride) ? b : a
  const fixed = isStill(a.stride) ? a : b
  const step = strideText(moving.stride, nameOf)
  const up = moving.stride.constant >= 0
  // A register that is 0 leads nowhere, and one that is large might be a multiple of 2^XLEN by its factor.
  const leads =
    moving.stride.register === 0 ? '' : `${nameOf(moving.stride.register)} - 1 < ${MOST_REGISTER_STRIDE} && `
  const [low, high] = up ? [moving.text, fixed.text] : [fixed.text, moving.text]
  const condition = taken ? row.name : opposite[row.name]!
  const distance = `${high} - ${low}`
  if (condition === 'bne') {
    // Where the step does not lead to the end exactly, nobody knows when it is met.
    return step === '1' ? distance : `${leads}(${distance}) % (${step}) == 0 ? (${distance}) / (${step}) : 0`
  }
  if (condition === 'beq') return undefined
  const type = condition === 'blt' || condition === 'bge' ? '(sreg)' : ''
  // It goes on while a < b or while a >= b, and does so for a while if the moving side comes closer to the end of that.
  const isLess = condition === 'blt' || condition === 'bltu'
  if (isLess ? (up ? moving !== a : moving !== b) : up ? moving !== b : moving !== a) return undefined
  return isLess
    ? `${leads}${type}${low} < ${type}${high} ? (${distance} - 1) / (${step}) + 1 : 0`
    : `${leads}${type}${low} <= ${type}${high} ? (${distance}) / (${step}) + 1 : 0`
}
