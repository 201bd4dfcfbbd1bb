/** The tables of one segment, filled while its instructions are executed. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Air, AirSet } from '../air/air.ts'
import { RvrError, throwIfAborted } from '../errors.ts'
import { decoderFor } from '../extensions/registry.ts'
import { hexText } from '../hex.ts'
import { MEMORY, PUBLIC_VALUES } from '../layout/meter.ts'
import { expectBlocks } from './blocks.ts'
import { coderOf, type Coder } from './coding.ts'
import { InstructionTables } from './instructions.ts'
import { contentAt, MEMORY_SPACE, memoryLayout, PUBLIC_SPACE, type MemoryLayout } from './layout.ts'
import { matrixOf, type Matrix } from './matrix.ts'
import { SegmentMemory } from './memory.ts'
import { messagesOf } from './messages.ts'
import { recordedSteps, type Standing, type Step } from './steps.ts'
import { airsOf, type SystemAirs } from './system/airs.ts'
import { initialLeaves } from './system/initial-leaves.ts'
import { RowHasher, type Hash } from './system/hash.ts'
import { Lookups } from './system/lookups.ts'
import { memoryTables, systemRow } from './system/memory-tables.ts'
import { programEntries, programMatrix, type ProgramEntry } from './system/program.ts'
import { MemoryTree, type Node } from './system/tree.ts'
import type { Touch } from './unprovable.ts'

/** Tables and public values of a segment: what a proof of it is about. */
export interface SegmentTables {
  readonly set: AirSet
  /** Instructions retired before it. */
  readonly instretStart: number
  readonly instructions: number
  /** In the order of the AIRs; instructions that were not executed have none. */
  readonly tables: readonly Matrix[]
  /** Public values of each AIR that has some, in their order. */
  readonly publics: ReadonlyMap<Air, readonly number[]>
}

/** Instructions between two turns of the event loop. */
const TURN_INSTRUCTIONS = 1000
/** Exit code of a segment that the guest does not end in: nothing checks it. */
export const NO_EXIT_CODE = 42

/** Fills segment after segment of a guest, from where it stands. */
export class SegmentFiller {
  readonly #set: AirSet
  readonly #standing: Standing
  readonly #layout: MemoryLayout
  readonly #airs: SystemAirs
  readonly #coder: Coder
  readonly #entries: readonly ProgramEntry[]
  readonly #hasher: RowHasher
  readonly #tree: MemoryTree

  constructor(set: AirSet, standing: Standing) {
    const { image, abi } = standing
    this.#set = set
    this.#standing = standing
    this.#layout = memoryLayout(image.xlen)
    this.#airs = airsOf(set)
    this.#coder = coderOf(set)
    this.#entries = programEntries(image, decoderFor(image.xlen, abi), this.#coder)
    expectBlocks(set, this.#entries)
    this.#hasher = new RowHasher(this.#airs.hash, this.#airs.hashBus)
    this.#tree = new MemoryTree(this.#hasher, this.#layout)
    this.#tree.update(initialLeaves(standing, this.#layout, this.#tree))
  }

  get instret(): number {
    return this.#standing.instret
  }

  /** A node of the memory's tree where the last segment ended. */
  hash(node: Node): Hash {
    return this.#tree.hash(node)
  }

  /**
   * Executes the next instructions and makes their tables. It takes turns with whatever else the thread has to do.
   *
   * @throws RvrError `UNPROVABLE`, `ABORTED`, `INTERNAL`
   */
  async fill(instructions: number, signal?: AbortSignal): Promise<SegmentTables> {
    return this.tables(await this.execute(instructions, signal))
  }

  /** Executes the next instructions, whose tables have to be made before those that come next are executed. */
  async execute(instructions: number, signal?: AbortSignal): Promise<Executed> {
    const { hart, instret: instretStart } = this.#standing
    const memory = new SegmentMemory(this.#layout, hart.x)
    const rows = new InstructionTables(this.#set, memory)
    const pcFirst = hart.pc
    const onTouch = (touch: Touch): void =>
      memory.open({ ...touch, space: touch.space + 1 }, at => this.#contentAt(touch.space, at))
    const steps = recordedSteps(this.#standing, { instructions, coder: this.#coder, onTouch })
    let step = steps.next()
    for (let count = 1; step.done !== true; step = steps.next(), count++) {
      rows.add(step.value)
      this.#compare(step.value, memory)
      if (count % TURN_INSTRUCTIONS === 0) await nextTurn()
      throwIfAborted('the trace', signal)
    }
    rows.end()
    const ending = step.value
    if (ending !== undefined) rows.count(hart.pc)
    const last = {
      pc: hart.pc,
      ts: rows.ts,
      done: Number(ending !== undefined),
      code: ending?.exitCode ?? NO_EXIT_CODE,
    }
    return { instretStart, instructions, memory, rows, pcFirst, last }
  }

  /** Rows write what the instruction has written. @throws RvrError `INTERNAL` */
  #compare({ instr, coded, touches }: Step, memory: SegmentMemory): void {
    for (const touch of touches) {
      const at = memory.differing({ ...touch, space: touch.space + 1 }, each => this.#contentAt(touch.space, each))
      if (at === undefined) continue
      const [found, pc] = [hexText(at), hexText(instr.pc)]
      throw new RvrError('INTERNAL', `rows of ${coded.air.name} at ${pc} leave something else at ${found}`, {
        hint: 'The interpreter and the rules of the AIR contradict each other.',
      })
    }
  }

  #contentAt(space: number, address: number): bigint {
    return contentAt(this.#bytesOf(space), address, this.#layout)
  }

  #bytesOf(space: number): Uint8Array {
    const { hart, abi, host } = this.#standing
    return space === PUBLIC_VALUES ? abi.host.publicValues(host) : hart.memory
  }

  tables({ instretStart, instructions, memory, rows, pcFirst, last }: Executed): SegmentTables {
    const { connector, boundary, merkle, program, hash } = this.#airs
    const found = new Map<Air, Matrix>(rows.matrices())
    const states = [systemRow(connector, { pc: pcFirst, ts: 1, begin: 1 }), systemRow(connector, { ...last })]
    found.set(connector, matrixOf(connector, states))
    const ofMemory = memoryTables({ boundary, merkle }, this.#tree, {
      layout: this.#layout,
      touched: memory.touchedLeaves(),
      untouched: (space, pointer) => {
        const address = (pointer * this.#layout.cellBits) / 8
        if (space !== MEMORY_SPACE && space !== PUBLIC_SPACE) return memory.register(pointer / 4)
        return contentAt(this.#bytesOf(space === MEMORY_SPACE ? MEMORY : PUBLIC_VALUES), address, this.#layout)
      },
    })
    found.set(boundary, ofMemory.boundary)
    found.set(merkle, ofMemory.merkle)
    const lookups = new Lookups(this.#set)
    for (const matrix of found.values())
      for (const message of messagesOf(matrix, this.#set.buses)) lookups.count(message)
    for (const matrix of lookups.fixed()) found.set(matrix.air, matrix)
    found.set(hash, lookups.hashes(hash, this.#hasher))
    found.set(program, programMatrix(program, this.#entries, rows.counts))
    return {
      set: this.#set,
      instretStart,
      instructions,
      tables: this.#set.airs.flatMap(air => found.get(air) ?? []),
      publics: new Map([
        [connector, [pcFirst, last.pc, last.code, last.done]],
        [merkle, [...ofMemory.rootBefore, ...ofMemory.rootAfter]],
      ]),
    }
  }
}

/** What a segment's tables are made of. */
export interface Executed {
  readonly instretStart: number
  readonly instructions: number
  readonly memory: SegmentMemory
  readonly rows: InstructionTables
  readonly pcFirst: number
  /** The state behind the segment. */
  readonly last: { readonly pc: number; readonly ts: number; readonly done: number; readonly code: number }
}
