/** The meter: counts rows and touched leaves of the open segment, checks the limits, cuts segments. */
import { leafId, MEMORY, REGISTERS } from '../layout/meter.ts'
import { LOG_FULL } from '../layout/meter-rules.ts'
import { cellsOfHeights, exceededLimit, type CutReason, type SegmentLimits } from './limits.ts'
import { isQuiet, lookAhead } from './look-ahead.ts'
import type { BlockRow } from './block-rows.ts'
import type { ChipRows } from './chips.ts'
import type { Machine } from './machine.ts'
import type { AreaPlace } from '../layout/area.ts'
import { MeterArea } from './meter-area.ts'
import { describeGuest, type MeterStart } from './meter-start.ts'
import { accountForLog, clearMarks, forgetLog, logLeaf, loggedLeaves } from './memory-log.ts'
import { forgetUndo, stampImageLeaf, touchLeaf, undoTouches } from './memory-tree.ts'
import type { Rewind, Segment, TouchedLeaves } from './segment.ts'

export type { Rewind, Segment } from './segment.ts'

export class Meter {
  readonly area: MeterArea
  /** Instructions retired; written to the area by `store`. */
  instret = 0
  /** Instructions left of the interval. */
  left = 0
  /** Segments finished since they were last taken. */
  readonly segments: Segment[] = []
  /** Stop at the next cut, at exactly the state of the cut. */
  pauseAtCut = false
  rewind: Rewind | undefined
  /** A check found a limit exceeded and nothing to cut back to; the run stands in front of it (look-ahead.ts). */
  lost = false
  #closedCells = 0n
  readonly #machine: Machine
  readonly #clearMarks: (() => void) | undefined

  /** `clearMarks` empties the marks of an area whose log does not hold them all any more. */
  constructor(place: AreaPlace, machine: Machine, clearMarks?: () => void) {
    this.area = new MeterArea(place, machine)
    this.#machine = machine
    this.#clearMarks = clearMarks
  }

  /** Prepares a zeroed area for the guest's first instruction. */
  start(guest: MeterStart): void {
    const { area } = this
    describeGuest(area, this.#machine, guest)
    area.set('stamp', 2)
    // On an empty tree: what the image holds is marked behind the registers of the first segment (docs/metering.md).
    this.#touchRegisters()
    for (const leaf of guest.imageLeaves) stampImageLeaf(area, leafId(area.layout, MEMORY, leaf))
    this.instret = 0
    this.left = this.#machine.limits.checkInterval
    this.#lookAhead()
    this.store()
  }

  /** Takes over what native code or an earlier job left in the area. */
  load(): void {
    this.left = this.area.getWide('left')
    this.instret = this.area.getWide('retired') + this.area.getWide('granted') - this.left
  }

  store(): void {
    this.area.setWide('left', this.left)
    this.area.setWide('granted', this.left)
    this.area.setWide('retired', this.instret)
  }

  /** So many instructions in a row come next. False when the run has to pause here, or at `rewind`, or is lost. */
  enter(count: number): boolean {
    return this.left >= count || this.check()
  }

  /** An instruction retired, added `times` as many rows to chips as one execution does, and swells so much. */
  count(chips: readonly ChipRows[], times: number, swell: number): void {
    this.instret++
    this.left--
    if (swell > 0) this.area.set('swell', this.area.get('swell') + swell)
    for (const { chip, rows } of chips) this.area.heights[chip]! += rows * times
  }

  /** All of an autoprecompile's block has been executed: its row, and none of its instructions'. */
  settle({ chip, replaced }: BlockRow): void {
    const { heights } = this.area
    heights[chip]!++
    for (const each of replaced) heights[each.chip]! -= each.rows
  }

  /** `length` bytes at `address` of an address space were read or written; they have been checked. */
  touch(space: number, address: number, length: number): void {
    const { area } = this
    const { layout } = area
    const last = Math.floor((address + length - 1) / layout.leafBytes)
    for (let leaf = Math.floor(address / layout.leafBytes); leaf <= last; leaf++) logLeaf(area, space, leaf)
  }

  /** The host wrote memory without rows: a system call that no proof covers. */
  hostWrote(): void {
    this.area.set('host_wrote', 1)
  }

  /** Rows of the open segment by chip, up to date. */
  openHeights(): number[] {
    accountForLog(this.area)
    return [...this.area.heights.subarray(0, this.#machine.chips.length)]
  }

  /** Trace cells of the instructions in the open segment and in those finished since this meter was made. */
  cells(): bigint {
    return this.#closedCells + cellsOfHeights(this.#machine, this.area.heights)
  }

  /** Instruction count at the start of the open segment. */
  get segmentStart(): number {
    return this.area.getWide('segment_start')
  }

  #limits(): SegmentLimits {
    const { area } = this
    return {
      maxTraceHeight: area.get('max_height'),
      maxMemoryBytes: area.getWide('max_memory'),
      maxInteractions: area.getWide('max_interactions'),
    }
  }

  #touchRegisters(): void {
    const { layout } = this.area
    for (let leaf = 0; leaf < this.#machine.memory.registerBytes / layout.leafBytes; leaf++)
      touchLeaf(this.area, leafId(layout, REGISTERS, leaf))
  }

  /**
   * The check in front of a span that the interval does not reach: the rules of meter.c, and cutting.
   * Returns false when the run has to pause here, or at `rewind`, or is lost.
   */
  check(): boolean {
    const { area } = this
    const touched = area.get('leaves')
    if (isQuiet(area)) area.set('quiet', area.get('quiet') - 1)
    else {
      accountForLog(area)
      if (area.get('recording') === 1) {
        if (!this.#cutWhereExceeded()) return false
      } else if (this.#exceeded() !== undefined) {
        this.lost = true
        return false
      }
      this.#lookAhead()
    }
    if (area.get('recording') === 0 && touched > LOG_FULL) {
      accountForLog(area)
      forgetLog(area)
      area.set('drained', 1)
      area.set('quiet', 0)
    }
    this.left = area.get('interval')
    return true
  }

  /** The limit that the open segment exceeds; an empty segment is never cut. */
  #exceeded(): CutReason | undefined {
    if (this.instret === this.segmentStart) return undefined
    return exceededLimit(this.#machine, this.#limits(), this.area.heights)
  }

  /** Cuts as long as the open segment exceeds a limit. Returns false when the run pauses at a cut. */
  #cutWhereExceeded(): boolean {
    let isCut = false
    for (;;) {
      const reason = this.#exceeded()
      if (reason === undefined) break
      const paused = this.#cut(reason)
      isCut = true
      if (paused) {
        this.left = this.area.get('interval')
        this.#clearSeen()
        this.#lookAhead()
        return false
      }
    }
    if (isCut) this.#clearSeen()
    return true
  }

  /** Ends the open segment at the previous check, or now where none lies inside it. Returns whether the run pauses. */
  #cut(reason: CutReason): boolean {
    const { area } = this
    const { chips, memoryChips } = this.#machine
    const start = this.segmentStart
    const checkpoint = area.getWide('checkpoint')
    const isInside = checkpoint > start
    const at = isInside ? checkpoint : this.instret
    const ended = (isInside ? area.keptHeights : area.heights).slice(0, chips.length)
    this.#closedCells += cellsOfHeights(this.#machine, ended)
    const segment: Segment = { instretStart: start, instructions: at - start, heights: [...ended], reason }
    this.segments.push(isInside ? segment : { ...segment, overLimit: true })
    if (isInside) undoTouches(area)
    else forgetUndo(area)
    area.set('stamp', area.get('stamp') + 1)
    area.set('zero_height', 0)
    area.setWide('segment_start', at)
    for (const chip of chips.keys()) if (area.fixed[chip] === 0) area.heights[chip]! -= ended[chip]!
    for (const chip of Object.values(memoryChips)) area.heights[chip] = 0
    if (this.pauseAtCut) {
      if (isInside) {
        this.rewind = { from: this.instret, touched: area.get('host_wrote') === 1 ? undefined : this.#memoryTouched() }
        for (const chip of chips.keys()) if (area.fixed[chip] === 0) area.heights[chip] = 0
        this.instret = at
      }
      this.#touchRegisters()
      return true
    }
    // Touches since the cut belong to the new segment.
    if (isInside) {
      area.set('log_done', 0)
      accountForLog(area)
    }
    this.#touchRegisters()
    return false
  }

  /** The logged leaves of guest memory. */
  #memoryTouched(): TouchedLeaves {
    const { layout } = this.area
    const ids = loggedLeaves(this.area).filter(id => id >>> layout.spaceBits === MEMORY)
    return { leafBytes: layout.leafBytes, leaves: ids.map(id => id & layout.leafMask) }
  }

  /** After a check: how many of the next ones need no look, and what to keep when the next one may cut. */
  #lookAhead(): void {
    const { area } = this
    if (lookAhead(area, this.#machine, this.#limits())) {
      area.set('recording', 0)
      return
    }
    area.set('steady', 0)
    area.keptHeights.set(area.heights)
    area.set('kept_zero_height', area.get('zero_height'))
    area.setWide('checkpoint', this.instret)
    this.#clearSeen()
    area.set('recording', 1)
  }

  #clearSeen(): void {
    clearMarks(this.area, this.#clearMarks)
  }
}
