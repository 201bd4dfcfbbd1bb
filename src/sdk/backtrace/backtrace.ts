/** The calls that led to an instruction, by call frame information, frames, or what lies on the stack; never fails. */
import { callFrameAt, type CallFrame } from '../../elf/call-frames/lookup.ts'
import type { ReadableNames } from '../../elf/demangle/names.ts'
import { debugInfoOf, sourceText, type SourceFrame } from '../../elf/dwarf/debug-info.ts'
import type { Image, Xlen } from '../../elf/image.ts'
import { functionStart, placeAt, placeText, readableNames } from '../../elf/symbols.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import type { Hart } from '../../program/hart.ts'
import { STACK_POINTER } from '../../isa/registers.ts'
import { byCallFrame, isOutermost } from './call-frame.ts'
import { frameFacts, FRAME_POINTER, RETURN_ADDRESS } from './prologue.ts'
import { Stack, type Caller, type FoundBy, type Position } from './stack.ts'

export interface BacktraceFrame {
  /** The trapping instruction, or the call that led to the frame before. */
  readonly pc: number
  /** Function (its readable name) and offset; absent where the guest has no symbols there. */
  readonly symbol?: string
  /** The function's symbol as the guest has it, where it is mangled. */
  readonly mangled?: string
  /** `file:line:column` of the innermost function there, where the guest has debug information. */
  readonly source?: string
  /** Functions that the compiler inlined there, the innermost first. */
  readonly inlined?: readonly InlinedCall[]
  readonly found: FoundBy
}

/** A function whose code is a part of another's. */
export interface InlinedCall {
  /** Its readable name, and the mangled one where that is another. */
  readonly symbol: string
  readonly mangled?: string
  /** Where it is called: `file:line:column`. */
  readonly calledAt?: string
}

export interface Backtrace {
  /** The innermost first. */
  readonly frames: readonly BacktraceFrame[]
  /** There may be more. */
  readonly isCut: boolean
}

const MOST_FRAMES = 64
/** Words of the stack that are looked at for one return address. */
const MOST_WORDS = 4096

/** The caller by the function's frame; undefined where that leads to no call. `isInner`: it called nothing. */
function byFrame(stack: Stack, at: Position, start: number, isInner: boolean): Caller | undefined {
  const facts = frameFacts(stack.instrAt, start, at.pc)
  const base = facts.fp === undefined ? at.sp - facts.sp : at.fp - facts.fp
  const fp = facts.s0 === undefined ? at.fp : stack.word(base + facts.s0)
  if (base < at.sp || fp === undefined) return undefined
  if (facts.ra !== undefined) {
    const ra = stack.word(base + facts.ra)
    const call = stack.callBefore(ra)
    return ra === undefined || call === undefined ? undefined : { pc: call, ra, sp: base, fp, found: 'frame' }
  }
  const call = isInner ? stack.callBefore(at.ra) : undefined
  if (call === undefined) return undefined
  // A function that saves ra only where it calls: what is in ra there is from its own last call.
  const isOwnCall = call >= start && call < at.pc && !stack.calls(call, start)
  return isOwnCall ? undefined : { pc: call, ra: at.ra, sp: base, fp, found: 'register' }
}

/** For code without symbols: the chain of frame pointers, where ra and the caller's s0 lie below the address in s0. */
function byFramePointer(stack: Stack, at: Position): Caller | undefined {
  const { width } = stack
  if (at.fp <= at.sp || at.fp % width !== 0) return undefined
  const ra = stack.word(at.fp - width)
  const fp = stack.word(at.fp - 2 * width)
  const call = stack.callBefore(ra)
  if (ra === undefined || call === undefined || fp === undefined || fp <= at.fp) return undefined
  return { pc: call, ra, sp: at.fp, fp, found: 'frame' }
}

/** The return address in ra, where no symbol says where the function begins. */
function byRegister(stack: Stack, at: Position, isInner: boolean): Caller | undefined {
  const call = isInner ? stack.callBefore(at.ra) : undefined
  return call === undefined ? undefined : { ...at, pc: call, found: 'register' }
}

/** The next value on the stack that could be a return address. Code is no stack. */
function onStack(stack: Stack, at: Caller): Caller | undefined {
  const { width } = stack
  const first = Math.ceil(at.sp / width) * width
  for (let slot = first; slot < first + MOST_WORDS * width && !stack.isCode(slot); slot += width) {
    const ra = stack.word(slot)
    if (ra === undefined) return undefined
    // The function whose caller is known from ra alone may have saved that in its frame.
    const isKnown = at.found === 'register' && ra === at.ra
    const call = isKnown ? undefined : stack.callBefore(ra)
    if (call !== undefined) return { pc: call, ra, sp: slot + width, fp: at.fp, found: 'stack' }
  }
  return undefined
}

/** The caller by the best that the guest has: call frame information, its functions' prologues, a frame pointer, ra. */
function knownCaller(stack: Stack, at: Caller, { start, rules }: Partial<CallFrame>): Caller | undefined {
  const isInner = at.found === 'trap'
  const caller = rules === undefined ? undefined : byCallFrame(stack, at, rules, isInner)
  if (caller !== undefined) return caller
  if (start !== undefined) return byFrame(stack, at, start, isInner)
  return byFramePointer(stack, at) ?? byRegister(stack, at, isInner)
}

/** Signed, so that a stack pointer that ran below 0 is a small number, from which its frame's end is found. */
const numberOf = (value: bigint, xlen: Xlen): number => Number(BigInt.asIntN(xlen, value))

/** The calls that led to the instruction at `pc`, with the hart's registers. */
export function backtraceOf(image: Image, abi: GuestAbi, { x, view }: Pick<Hart, 'x' | 'view'>, pc: number): Backtrace {
  const stack = new Stack(image, abi, view)
  const { xlen } = image
  const register = (number: number): number => numberOf(x[number]!, xlen)
  // An entry of call frame information has an end, so it knows better than a symbol somewhere below.
  const factsAt = (address: number): Partial<CallFrame> =>
    callFrameAt(image, address) ?? { start: functionStart(image, address) }
  const entry = factsAt(image.entry).start
  const registers = { ra: register(RETURN_ADDRESS), sp: register(STACK_POINTER), fp: register(FRAME_POINTER) }
  let at: Caller = { pc, ...registers, found: 'trap' }
  let isCut = false
  const found = [at]
  while (!isCut) {
    const { start, rules } = factsAt(at.pc)
    // Nobody called the function that the guest begins with.
    if ((start !== undefined && start === entry) || (rules !== undefined && isOutermost(rules))) break
    const known = knownCaller(stack, at, { start, rules })
    const caller = known ?? onStack(stack, at)
    if (caller === undefined) break
    // What follows from a guess is one.
    at = found.at(-1)!.found === 'stack' ? { ...caller, found: 'stack' } : caller
    found.push(at)
    isCut = found.length === MOST_FRAMES
  }
  return { frames: namedFrames(image, found), isCut }
}

function namedFrames(image: Image, found: readonly Caller[]): BacktraceFrame[] {
  const sources = found.map(({ pc }) => debugInfoOf(image).framesAt(pc))
  const names = readableNames(image)
  // All at once, before they are asked for one by one: symbols of places are among them.
  names.all(sources.flat().flatMap(({ symbol }) => symbol ?? []))
  return found.map(({ pc, found: how }, index) => {
    const place = placeAt(image, pc)
    const source = sourceOf(sources[index]!, names)
    if (place === undefined) return { pc, ...source, found: how }
    const mangled = place.symbol !== place.name && { mangled: place.symbol }
    return { pc, symbol: placeText(place), ...mangled, ...source, found: how }
  })
}

function sourceOf(frames: readonly SourceFrame[], names: ReadableNames): Pick<BacktraceFrame, 'source' | 'inlined'> {
  const texts = frames.map(({ place }) => place && sourceText(place))
  const inlined = frames.slice(0, -1).map(({ symbol = '?' }, index): InlinedCall => {
    const name = names.of(symbol)
    const calledAt = texts[index + 1]
    return { symbol: name, ...(name !== symbol && { mangled: symbol }), ...(calledAt !== undefined && { calledAt }) }
  })
  return { ...(texts[0] !== undefined && { source: texts[0] }), ...(inlined.length > 0 && { inlined }) }
}
