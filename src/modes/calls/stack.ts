/** Open calls in the area: what calls, returns, jumps and markers do to them and to the current context. */
import {
  callsStruct,
  FEW_SEARCHED,
  frameOffset,
  KIND_CALL,
  KIND_TAIL,
  MOST_SEARCHED,
  PATH_OTHER,
  PATH_UNMATCHED,
} from '../../layout/calls.ts'
import { CONTEXT, HEAD, type CallArea } from './area.ts'
import { Contexts } from './contexts.ts'

/** Where the first frame lies, in words; it is none of the guest's. */
export const FRAMES = callsStruct.stack.offset / 4
export const FRAME = {
  context: frameOffset('context') / 4,
  ret: frameOffset('ret') / 4,
  sp: frameOffset('sp') / 4,
  words: callsStruct.frame.bytes / 4,
} as const
const LAST = FRAMES + (callsStruct.stack.count - 1) * FRAME.words
/** Frames that are forgotten at once. */
const HALF = (callsStruct.stack.count - 1) >> 1

/** Bit of `ret`: the frame's context is one of another step, or the return leads into another function. */
const POISON = 1

/** An open call. */
export interface Frame {
  /** The caller's. */
  readonly context: number
  /** Address behind the call. */
  readonly ret: number
  /** Low half of x2 at the call. */
  readonly sp: number
}

export class CallStack {
  readonly contexts: Contexts
  readonly #area: CallArea

  constructor(area: CallArea) {
    this.#area = area
    this.contexts = new Contexts(area)
  }

  get current(): number {
    return this.#area.u32[HEAD.current]!
  }

  set current(context: number) {
    this.#area.u32[HEAD.current] = context
  }

  /** Word of the innermost frame. */
  get #top(): number {
    return this.#area.u32[HEAD.top]! / 4
  }

  set #top(frame: number) {
    this.#area.u32[HEAD.top] = frame * 4
  }

  /** Nothing is open: the first frame is one that no return takes. */
  clear(): void {
    this.#area.u32[FRAMES + FRAME.ret] = POISON
    this.#top = FRAMES
  }

  push({ context, ret, sp }: Frame): void {
    const { u32 } = this.#area
    if (this.#top === LAST) {
      const first = FRAMES + FRAME.words
      u32.copyWithin(first, first + HALF * FRAME.words, LAST + FRAME.words)
      this.#top -= HALF * FRAME.words
      this.#area.add(HEAD.forgotten, HALF)
    }
    const top = this.#top + FRAME.words
    const isWithin = this.#area.functionAt(ret) === this.#functionOf(context)
    u32[top + FRAME.context] = context
    u32[top + FRAME.ret] = isWithin ? ret : ret | POISON
    u32[top + FRAME.sp] = sp
    this.#top = top
  }

  /** A marker: its step begins. */
  mark(step: number): void {
    const { i32 } = this.#area
    if (i32[HEAD.step] === step) return
    i32[HEAD.step] = step
    this.current = this.contexts.at(this.current, step)
    this.#poison()
  }

  call(target: number, ret: number, sp: number): void {
    this.push({ context: this.current, ret, sp })
    const of = this.#area.functionAt(target)
    if (of >= 0) this.#enter(this.contexts.child(this.current, of, KIND_CALL))
  }

  return(target: number, sp: number): void {
    const { u32 } = this.#area
    const of = this.#area.functionAt(target)
    const found = this.#search(of, target, sp)
    if (found < 0) {
      if (of < 0 || of === this.#functionOf(this.current)) return
      this.#area.add(HEAD.unmatched, 1)
      return this.#enter(this.contexts.root(of, PATH_UNMATCHED))
    }
    this.#area.add(HEAD.skipped, (this.#top - found) / FRAME.words)
    this.current = this.contexts.at(u32[found + FRAME.context]!, this.contexts.step)
    this.#top = found - FRAME.words
    this.jump(of)
    this.#poison()
  }

  /** Control is in the function, whatever led there. */
  jump(of: number): void {
    const area = this.#area
    const { current } = this
    if (of < 0 || of === this.#functionOf(current)) return
    if (area.get(current, CONTEXT.parent) !== PATH_OTHER) {
      for (let path = area.get(current, CONTEXT.path); area.get(path, CONTEXT.kind) === KIND_TAIL;) {
        path = area.get(path, CONTEXT.parent)
        if (area.get(path, CONTEXT.function) !== of) continue
        this.current = this.contexts.at(path, this.contexts.step)
        return
      }
    }
    this.#enter(this.contexts.child(current, of, KIND_TAIL))
  }

  #functionOf(context: number): number {
    return this.#area.get(context, CONTEXT.function)
  }

  #enter(context: number): void {
    this.current = context
    this.#area.add(this.#area.wordOf(context) + CONTEXT.calls, 1)
  }

  /** Word of the innermost frame that a return takes; -1 where there is none. */
  #search(of: number, target: number, sp: number): number {
    const { u32 } = this.#area
    const budget = u32[HEAD.budget]!
    const top = this.#top
    const most = budget > 0 ? MOST_SEARCHED : FEW_SEARCHED
    const end = Math.max(FRAMES, top - most * FRAME.words)
    for (let frame = top; frame > end; frame -= FRAME.words) {
      if ((u32[frame + FRAME.ret]! & ~POISON) >>> 0 === target) return frame
      if (u32[frame + FRAME.sp] === sp && this.#functionOf(u32[frame + FRAME.context]!) === of) return frame
    }
    if (budget > 0 && (top - end) / FRAME.words > FEW_SEARCHED) u32[HEAD.budget] = budget - 1
    return -1
  }

  /** The innermost frame may have to say that its context's step is over. */
  #poison(): void {
    const { u32, i32 } = this.#area
    const top = this.#top
    if (top === FRAMES) return
    const at = this.#area.wordOf(u32[top + FRAME.context]!)
    if (i32[at + CONTEXT.step] !== i32[HEAD.step]) u32[top + FRAME.ret]! |= POISON
  }
}
