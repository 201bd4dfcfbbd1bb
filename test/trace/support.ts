/** Traces of guests in this process, and what mode metered has predicted of them. */
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { ExecuteOptions, Guest, Run, Rvr, SegmentTrace, TracesOptions } from '../../src/index.ts'
import { load, type Subject } from '../metering/guests.ts'

/** A run of a guest in mode metered, without a compiler. */
export async function planned(rvr: Rvr, subject: Subject, options: ExecuteOptions = {}) {
  const guest = await load(rvr, subject)
  const run = await guest.interpret('metered').execute({ ...subject.options, ...options })
  return { guest, run }
}

/** Heights of instructions and I/O are those that were predicted, those of memory at most. */
export function expectHeights(guest: Guest, run: Run, segment: SegmentTrace, name: string): void {
  const { machine } = guest
  const instructionChips = new Set(
    machine.chips.filter(({ operations }) => operations !== undefined).map(each => each.name),
  )
  const { boundary, merkle, hash } = machine.memory
  const where = `${name} of RV${machine.xlen}, segment ${segment.index}`
  const { heights } = run.segments[segment.index] ?? run.openSegment!
  for (const [index, chip] of machine.chips.entries()) {
    const traced = segment.chips.find(each => each.name === chip.name)
    if (instructionChips.has(chip.name))
      expect([where, chip.name, traced?.rows ?? 0]).toEqual([where, chip.name, heights[index]])
    // What ABI linux puts on the stack in front of the first instruction is nothing that mode metered knows of.
    if (chip.name === hash && guest.abi.name === 'linux') continue
    if ([boundary, merkle, hash].includes(chip.name))
      expect(traced!.rows, `${where}: ${chip.name}`).toBeLessThanOrEqual(heights[index]!)
  }
}

/** Checks all segments of a run, which are disposed; returns how many there were. */
export async function expectHonestRun(guest: Guest, run: Run, name: string, options: TracesOptions): Promise<number> {
  let count = 0
  for await (const trace of run.traces(options)) {
    using segment = trace
    expectHeights(guest, run, segment, name)
    const where = `${name} of RV${guest.machine.xlen}, segment ${segment.index}`
    expect([where, await segment.check()]).toEqual([where, expect.objectContaining({ passed: true, failureCount: 0 })])
    count++
  }
  return count
}

/** Traces and checks all segments of a guest; returns how many there were. */
export async function expectHonest(rvr: Rvr, subject: Subject, options: ExecuteOptions = {}): Promise<number> {
  const { guest, run } = await planned(rvr, subject, options)
  return expectHonestRun(guest, run, subject.name, { filler: 'reference' })
}

const digestOf = (bytes: Uint32Array): string => createHash('sha256').update(bytes).digest('hex')

/** All that is in a segment's tables. */
export const contentOf = (trace: SegmentTrace) => ({
  index: trace.index,
  publics: trace.publics,
  chips: trace.chips,
  cells: trace.chips.map(({ name }) => [name, digestOf(trace.matrix(name).cells)]),
})

/** The same of all segments of a run, which are disposed. */
export async function contentsOf(run: Run, options: TracesOptions): Promise<ReturnType<typeof contentOf>[]> {
  const found: ReturnType<typeof contentOf>[] = []
  for await (const trace of run.traces(options)) {
    using segment = trace
    if (options.filler !== undefined) expect(segment.filledBy).toBe(options.filler)
    found.push(contentOf(segment))
  }
  return found
}
