/** Counts what the interpreter executes in the area, as native code does, and follows its calls and returns. */
import type { Instr } from '../../isa/row.ts'
import type { Hart } from '../../program/hart.ts'
import { nextPc } from '../../program/slots.ts'
import { CONTEXT, type CallArea } from './area.ts'
import type { Beside } from './drain.ts'
import { stepOf } from './marker.ts'
import type { LeafMarks } from './marks.ts'
import type { CallStack } from './stack.ts'
import { transferOf } from './transfer.ts'

/** x2 as the low and high halves of registers lie in memory. */
const SP = 4

interface WatcherOptions {
  readonly hart: Hart
  /** Does what counts do start anew at an address? */
  readonly startsAt: (pc: number) => boolean
  /** Where first touches of memory count. */
  readonly marks: LeafMarks | undefined
  /** Slots of the instruction at an address. */
  readonly lengths: (pc: number) => number
}

export class CallWatcher {
  readonly outside: Beside = new Map()
  readonly extraRows: Beside = new Map()
  readonly startsAt: (pc: number) => boolean
  readonly lengths: (pc: number) => number
  readonly marks: LeafMarks | undefined
  readonly #area: CallArea
  readonly #stack: CallStack
  readonly #halves: Uint32Array
  /** A call or return that has been executed, but nobody has said where it led. */
  #pending: 'call' | 'return' | undefined
  #ret = 0
  #sp = 0
  /** The current context as far as counting needs it: its place, addresses of its function, and of its counters. */
  #context = 0
  #start = 0
  #end = 0
  #counters = 0
  /** What the instruction that is about to retire touches: addresses and lengths. */
  #touches: number[] = []

  constructor(area: CallArea, stack: CallStack, { hart, startsAt, lengths, marks }: WatcherOptions) {
    this.#area = area
    this.#stack = stack
    this.#halves = new Uint32Array(hart.x.buffer, hart.x.byteOffset, hart.x.length * 2)
    this.startsAt = startsAt
    this.lengths = lengths
    this.marks = marks
  }

  /** Counts when the instruction retires, in the context that it is executed in. */
  touched(address: number, length: number): void {
    this.#touches.push(address, length)
  }

  retired(instr: Instr | undefined, pc: number, rows: number): void {
    if (this.#pending !== undefined || pc < this.#start || pc >= this.#end) this.settle(pc)
    if (this.#touches.length > 0) this.#takeTouches(instr)
    if (instr === undefined) return this.#count(pc, pc + this.#area.code.slotBytes)
    const step = stepOf(instr)
    if (step !== 0) {
      this.#stack.mark(step)
      this.#look()
    }
    this.#count(pc, nextPc(instr))
    if (rows > 1) add(this.extraRows, this.#context, pc, rows - 1)
    this.#pending = transferOf(instr)
    if (this.#pending === undefined) return
    this.#ret = nextPc(instr)
    this.#sp = this.#halves[SP]!
  }

  /** The instruction at `pc` is next. */
  settle(pc: number): void {
    const pending = this.#pending
    this.#pending = undefined
    if (pending === 'call') this.#stack.call(pc, this.#ret, this.#sp)
    else if (pending === 'return') this.#stack.return(pc, this.#sp)
    this.#stack.jump(this.#area.functionAt(pc))
    this.#look()
  }

  /** Native code may have changed everything. */
  isNew(): void {
    this.#look()
  }

  #takeTouches(instr: Instr | undefined): void {
    const touches = this.#touches
    this.#touches = []
    if (instr === undefined) return
    const at = this.#area.wordOf(this.#context) + CONTEXT.touches
    for (let index = 0; index < touches.length; index += 2)
      this.#area.add(at, this.marks!.touch(touches[index]!, touches[index + 1]!))
  }

  #look(): void {
    const context = this.#stack.current
    if (context === this.#context) return
    const area = this.#area
    this.#context = context
    this.#start = area.get(context, CONTEXT.start)
    this.#end = this.#start + area.get(context, CONTEXT.slots) * area.code.slotBytes
    this.#counters = area.wordOf(context) + CONTEXT.counters
  }

  #count(pc: number, behind: number): void {
    if (pc < this.#start || pc >= this.#end) return add(this.outside, this.#context, pc, 1)
    const perByte = 2 / this.#area.code.slotBytes
    this.#area.add(this.#counters + (pc - this.#start) * perByte, 1)
    if (behind < this.#end && !this.startsAt(behind))
      this.#area.add(this.#counters + (behind - this.#start) * perByte, -1)
  }
}

function add(beside: Beside, context: number, pc: number, count: number): void {
  let own = beside.get(context)
  if (own === undefined) beside.set(context, (own = new Map()))
  own.set(pc, (own.get(pc) ?? 0) + count)
}
