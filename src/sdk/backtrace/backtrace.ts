/** The calls that led to an instruction, by frames or by what lies on the stack; no state of a guest makes it fail. */
import type { Image, Xlen } from '../../elf/image.ts'
import { functionStart, placeAt, placeText, readableNames } from '../../elf/symbols.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { decoderFor } from '../../extensions/compose.ts'
import { instructionWord } from '../../interp/slots.ts'
import type { Hart } from '../../ir/hart.ts'
import { STACK_POINTER } from '../../isa/registers.ts'
import type { Instr } from '../../isa/row.ts'
import { frameFacts, FRAME_POINTER, RETURN_ADDRESS } from './prologue.ts'

export interface BacktraceFrame {
  /** The trapping instruction, or the call that led to the frame before. */
  readonly pc: number
  /** Function (its readable name) and offset; absent where the guest has no symbols there. */
  readonly symbol?: string
  /** The function's symbol as the guest has it, where it is mangled. */
  readonly mangled?: string
  /**
   * How it is known: `trap` is the instruction itself, `register` the return address in ra, `frame` the one that the
   * function saved in its frame. `stack`: a value on the stack that is an address behind a call; it may be left over
   * from an earlier call.
   */
  readonly found: 'trap' | 'register' | 'frame' | 'stack'
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

/** Registers of a frame as its function sees them at `pc`. */
interface Position {
  readonly pc: number
  readonly ra: number
  readonly sp: number
  readonly fp: number
}

interface Caller extends Position {
  readonly found: BacktraceFrame['found']
}

/** The guest as unwinding sees it. */
class Stack {
  readonly #image: Image
  readonly #memory: DataView
  readonly #decode: (word: number, pc: number) => Instr | undefined
  readonly width: number

  constructor(image: Image, abi: GuestAbi, memory: DataView) {
    this.#image = image
    this.#memory = memory
    this.#decode = decoderFor(image.xlen, abi)
    this.width = image.xlen / 8
  }

  readonly instrAt = (pc: number): Instr | undefined => {
    const word = instructionWord(this.#image, pc)
    return word === undefined ? undefined : this.#decode(word, pc)
  }

  /** Undefined outside of memory; numbers beyond 2^53, which are no addresses, are not exact. */
  word(address: number): number | undefined {
    if (!(address >= 0 && address + this.width <= this.#memory.byteLength)) return undefined
    return this.width === 4 ? this.#memory.getUint32(address, true) : Number(this.#memory.getBigUint64(address, true))
  }

  /** Is there a call in front of `address`? */
  isBehindCall(address: number | undefined): address is number {
    if (address === undefined || address < 4 || address % 4 !== 0 || this.instrAt(address) === undefined) return false
    const instr = this.instrAt(address - 4)
    return instr !== undefined && (instr.row.kind === 'jal' || instr.row.kind === 'jalr') && instr.rd === RETURN_ADDRESS
  }

  /** Does the call at `pc` go to `start` by its own words? */
  calls(pc: number, start: number): boolean {
    const instr = this.instrAt(pc), before = this.instrAt(pc - 4)
    if (instr?.row.kind === 'jal') return pc + instr.imm === start
    if (instr?.row.kind !== 'jalr' || before?.row.kind !== 'upper' || !before.row.relative) return false
    return before.rd === instr.rs1 && pc - 4 + before.imm + instr.imm === start
  }

  isCode(address: number): boolean {
    return this.#image.segments.some(segment =>
      segment.executable && address >= segment.address && address < segment.address + segment.memorySize)
  }
}

/** The caller by the function's frame; undefined where that leads to no call. `isInner`: it called nothing. */
function byFrame(stack: Stack, at: Position, start: number, isInner: boolean): Caller | undefined {
  const facts = frameFacts(stack.instrAt, start, at.pc)
  const base = facts.fp === undefined ? at.sp - facts.sp : at.fp - facts.fp
  const fp = facts.s0 === undefined ? at.fp : stack.word(base + facts.s0)
  if (base < at.sp || fp === undefined) return undefined
  if (facts.ra !== undefined) {
    const ra = stack.word(base + facts.ra)
    return stack.isBehindCall(ra) ? { pc: ra - 4, ra, sp: base, fp, found: 'frame' } : undefined
  }
  if (!isInner || !stack.isBehindCall(at.ra)) return undefined
  // A function that saves ra only where it calls: what is in ra there is from its own last call.
  const call = at.ra - 4, isOwnCall = call >= start && call < at.pc && !stack.calls(call, start)
  return isOwnCall ? undefined : { pc: call, ra: at.ra, sp: base, fp, found: 'register' }
}

/** For code without symbols: the chain of frame pointers, where ra and the caller's s0 lie below the address in s0. */
function byFramePointer(stack: Stack, at: Position): Caller | undefined {
  const { width } = stack
  if (at.fp <= at.sp || at.fp % width !== 0) return undefined
  const ra = stack.word(at.fp - width), fp = stack.word(at.fp - 2 * width)
  if (!stack.isBehindCall(ra) || fp === undefined || fp <= at.fp) return undefined
  return { pc: ra - 4, ra, sp: at.fp, fp, found: 'frame' }
}

/** The return address in ra, where no symbol says where the function begins. */
function byRegister(stack: Stack, at: Position, isInner: boolean): Caller | undefined {
  return isInner && stack.isBehindCall(at.ra) ? { ...at, pc: at.ra - 4, found: 'register' } : undefined
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
    if (stack.isBehindCall(ra) && !isKnown) return { pc: ra - 4, ra, sp: slot + width, fp: at.fp, found: 'stack' }
  }
  return undefined
}

/** Signed, so that a stack pointer that ran below 0 is a small number, from which its frame's end is found. */
const numberOf = (value: bigint, xlen: Xlen): number => Number(BigInt.asIntN(xlen, value))

/** The calls that led to the instruction at `pc`, with the hart's registers. */
export function backtraceOf(image: Image, abi: GuestAbi, { x, view }: Pick<Hart, 'x' | 'view'>, pc: number): Backtrace {
  const stack = new Stack(image, abi, view), { xlen } = image
  const register = (number: number): number => numberOf(x[number]!, xlen)
  const entry = functionStart(image, image.entry)
  const registers = { ra: register(RETURN_ADDRESS), sp: register(STACK_POINTER), fp: register(FRAME_POINTER) }
  let at: Caller = { pc, ...registers, found: 'trap' }, isCut = false
  const found = [at]
  while (!isCut) {
    const start = functionStart(image, at.pc)
    const isInner = at.found === 'trap'
    // Nobody called the function that the guest begins with.
    if (start !== undefined && start === entry) break
    const known = start === undefined
      ? byFramePointer(stack, at) ?? byRegister(stack, at, isInner)
      : byFrame(stack, at, start, isInner)
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
  const places = found.map(({ pc }) => placeAt(image, pc))
  readableNames(image).all(places.flatMap(place => place?.symbol ?? []))
  return found.map(({ pc, found: how }, index) => {
    const place = places[index]
    if (place === undefined) return { pc, found: how }
    return { pc, symbol: placeText(place), ...(place.symbol !== place.name && { mangled: place.symbol }), found: how }
  })
}
