/** Records a guest for replay with the reference interpreter, and makes the tables of the same instructions in JavaScript. */
import type { AirSet } from '../../../src/air/air.ts'
import { MEMORY_BYTES, type Image } from '../../../src/elf/image.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import { RvrError } from '../../../src/errors.ts'
import type { AbiName } from '../../../src/extensions/abi.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { createInterpreter } from '../../../src/interp/interpreter.ts'
import { loadImage } from '../../../src/interp/memory.ts'
import { MEMORY, PUBLIC_VALUES } from '../../../src/layout/meter.ts'
import { createHart } from '../../../src/program/hart.ts'
import { coderOf } from '../../../src/trace/coding.ts'
import { InstructionTables } from '../../../src/trace/instructions.ts'
import { contentAt, memoryLayout } from '../../../src/trace/layout.ts'
import type { Matrix } from '../../../src/trace/matrix.ts'
import { SegmentMemory, type TouchedLeaf } from '../../../src/trace/memory.ts'
import type { RecordedSegment } from '../../../src/trace/native/cut.ts'
import type { Checkpoint, Piece } from '../../../src/trace/native/records.ts'
import { recordedSteps, touchesOf, type Standing, type Step } from '../../../src/trace/steps.ts'
import type { Touch } from '../../../src/trace/unprovable.ts'

export interface GuestOptions {
  /** Default: openvm. */
  readonly abi?: AbiName
  readonly inputs?: readonly Uint8Array[] | undefined
  readonly seed?: bigint
}

const memories: Uint8Array[] = []

/** A guest in front of its first instruction. One at a time: all of them have the same memory. */
export function standingAt(
  elf: Uint8Array | Image,
  { abi: name = 'openvm', inputs = [], seed }: GuestOptions = {},
): Standing {
  const image = elf instanceof Uint8Array ? parseElf(elf, 'guest') : elf
  const abi = abiNamed(name)
  const memory = new Uint8Array(MEMORY_BYTES)
  memories[0] = memory
  loadImage(image, memory)
  const hart = createHart(image.xlen, memory)
  const options = { inputs, ...(seed !== undefined && { seed }) }
  const host = abi.host.create(image, options)
  abi.start(image, hart, options)
  return { image, abi, hart, host, instret: 0 }
}

const checkpoint = ({ hart, instret }: Standing): Checkpoint => ({ instret, pc: hart.pc, x: hart.x.slice() })

/** What an instruction leaves on the tape. */
class Recorder {
  readonly #standing: Standing
  readonly #words: bigint[] = []
  #blocks: bigint[] = []

  constructor(standing: Standing) {
    this.#standing = standing
  }

  /** In front of an instruction. */
  before(): void {
    const { image, abi, hart } = this.#standing
    const instr = createInterpreter(image, abi).instrAt(hart.pc)
    const touches = instr === undefined ? [] : touchesOf(instr, hart, abi)
    this.#blocks = touches.flatMap(touch => this.#contents(touch))
  }

  #contents({ space, address, length }: Touch): bigint[] {
    const { abi, hart, host } = this.#standing
    const layout = memoryLayout(hart.xlen)
    const bytes = space === PUBLIC_VALUES ? abi.host.publicValues(host) : hart.memory
    const contents: bigint[] = []
    const first = address - (address % layout.blockBytes)
    // What is outside traps.
    if (space === MEMORY && address + length > MEMORY_BYTES) return []
    for (let at = first; at < address + length; at += layout.blockBytes) contents.push(contentAt(bytes, at, layout))
    return contents
  }

  /** Behind it. */
  after({ instr, hints }: Step): void {
    if (instr.row.kind === 'host') this.#words.push(BigInt(Math.max(1, hints.length)), BigInt(hints.length), ...hints)
    this.#words.push(...this.#blocks)
  }

  take(): Piece['words'] {
    const words = this.#words.splice(0)
    return this.#standing.hart.xlen === 64 ? BigUint64Array.from(words) : Uint32Array.from(words, Number)
  }
}

export interface Recorded {
  readonly image: Image
  readonly segment: RecordedSegment
  /** The tables of instructions, how often each was executed, and what was touched, by the reference. */
  readonly matrices: readonly Matrix[]
  readonly counts: ReadonlyMap<number, number>
  readonly leaves: readonly TouchedLeaf[]
  readonly ts: number
}

export interface RecordOptions {
  readonly instructions: number
  /** Instructions of a piece. */
  readonly piece?: number
}

/** Goes on for so many instructions, or to the end of the guest, which has to be the last of them. */
export function record(set: AirSet, standing: Standing, options: RecordOptions): Recorded {
  const { instructions, piece = Infinity } = options
  const { abi, hart, host, image } = standing
  const layout = memoryLayout(hart.xlen)
  const memory = new SegmentMemory(layout, hart.x)
  const rows = new InstructionTables(set, memory)
  const recorder = new Recorder(standing)
  const onTouch = (touch: Touch): void => {
    const bytes = touch.space === PUBLIC_VALUES ? abi.host.publicValues(host) : hart.memory
    memory.open({ ...touch, space: touch.space + 1 }, at => contentAt(bytes, at, layout))
  }
  const steps = recordedSteps(standing, { instructions, coder: coderOf(set), onTouch })
  const pieces: Piece[] = []
  let begun = checkpoint(standing)
  recorder.before()
  let step = steps.next()
  for (; step.done !== true; step = steps.next()) {
    rows.add(step.value)
    recorder.after(step.value)
    if (standing.instret - begun.instret >= piece) {
      pieces.push({ ...begun, words: recorder.take() })
      begun = checkpoint(standing)
    }
    recorder.before()
  }
  rows.end()
  if (step.value !== undefined) rows.count(hart.pc)
  const end = checkpoint(standing)
  if (end.instret > begun.instret) pieces.push({ ...begun, words: recorder.take() })
  return {
    image,
    segment: { pieces, end },
    matrices: set.airs.flatMap(air => rows.matrices().get(air) ?? []),
    counts: rows.counts,
    leaves: memory.touchedLeaves(),
    ts: rows.ts,
  }
}

/** What the reference refuses, and a recording that goes on over the refused instruction. */
export function recordRefused(
  set: AirSet,
  make: () => Standing,
): { error: RvrError; segment: RecordedSegment; image: Image } {
  const standing = make()
  const error = refusalOf(set, standing)
  const { instret } = error.details as { readonly instret: number }
  const { image, segment } = record(set, make(), { instructions: instret })
  const end = segment.end
  const words = segment.pieces[0]?.words ?? (image.xlen === 64 ? new BigUint64Array() : new Uint32Array())
  // What a host instruction's record begins with, and blocks.
  const further = [1n, 0n, 0n, 0n]
  const longer =
    words instanceof BigUint64Array
      ? BigUint64Array.from([...words, ...further])
      : Uint32Array.from([...words, ...further.map(Number)])
  const start = segment.pieces[0] ?? end
  return { error, image, segment: { pieces: [{ ...start, words: longer }], end: { ...end, instret: instret + 1 } } }
}

function refusalOf(set: AirSet, standing: Standing): RvrError {
  try {
    for (const _ of recordedSteps(standing, { instructions: 1000, coder: coderOf(set), onTouch: () => {} })) continue
  } catch (error) {
    if (error instanceof RvrError && error.code === 'UNPROVABLE') return error
    throw error
  }
  throw new Error('nothing is refused')
}

/** Instructions to the end of the guest. */
export function lengthOf(standing: Standing, most: number): number {
  const { image, abi, hart, host } = standing
  return createInterpreter(image, abi).run(hart, host, { maxInstructions: most, print: () => {} }).executed
}
