/** The caller of a frame by the guest's call frame information. */
import type { FrameRules } from '../../elf/call-frames/rules.ts'
import { STACK_POINTER } from '../../isa/registers.ts'
import { FRAME_POINTER, RETURN_ADDRESS } from './prologue.ts'
import type { Caller, Position, Stack } from './stack.ts'

/** Nobody called the function: it says that it has no return address. */
export const isOutermost = ({ saved, returnAddress }: FrameRules): boolean => saved[returnAddress]?.kind === 'lost'

/** Undefined where the rules need a register that is not known, or lead to no call. `isInner`: it called nothing. */
export function byCallFrame(stack: Stack, at: Position, rules: FrameRules, isInner: boolean): Caller | undefined {
  const values = new Map([
    [RETURN_ADDRESS, at.ra],
    [STACK_POINTER, at.sp],
    [FRAME_POINTER, at.fp],
  ])
  const { cfa, saved, returnAddress } = rules
  const held = values.get(cfa.register)
  if (held === undefined) return undefined
  const sp = held + cfa.offset
  const callersValue = (register: number): number | undefined => {
    const where = saved[register]
    if (where === undefined) return values.get(register)
    if (where.kind === 'lost') return undefined
    return where.kind === 'register' ? values.get(where.register) : stack.word(sp + where.offset)
  }
  // What is in ra behind a call is that call's own return address.
  const isOwnCall = !isInner && saved[returnAddress] === undefined
  const ra = isOwnCall ? undefined : callersValue(returnAddress)
  const call = stack.callBefore(ra)
  if (sp < at.sp || ra === undefined || call === undefined) return undefined
  return { pc: call, ra, sp, fp: callersValue(FRAME_POINTER) ?? at.fp, found: 'cfi' }
}
