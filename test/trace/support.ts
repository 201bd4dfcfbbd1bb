/** Traces of guests in this process, and what mode metered has predicted of them. */
import { expect } from 'vitest'
import type { ExecuteOptions, Rvr } from '../../src/index.ts'
import { load, type Subject } from '../metering/guests.ts'

/** A run of a guest in mode metered, without a compiler. */
export async function planned(rvr: Rvr, subject: Subject, options: ExecuteOptions = {}) {
  const guest = await load(rvr, subject)
  const run = await guest.interpret('metered').execute({ ...subject.options, ...options })
  return { guest, run }
}

/** Traces and checks all segments of a guest; returns how many there were. */
export async function expectHonest(rvr: Rvr, subject: Subject, options: ExecuteOptions = {}): Promise<number> {
  const { guest, run } = await planned(rvr, subject, options)
  const instructionChips = new Set(
    guest.machine.chips.filter(({ operations }) => operations !== undefined).map(({ name }) => name),
  )
  const { boundary, merkle, hash } = guest.machine.memory
  let count = 0
  for await (const trace of run.traces({ filler: 'reference' })) {
    using segment = trace
    const where = `${subject.name} of RV${subject.xlen}, segment ${segment.index}`
    const { heights } = run.segments[segment.index] ?? run.openSegment!
    for (const [index, chip] of guest.machine.chips.entries()) {
      const traced = segment.chips.find(({ name }) => name === chip.name)
      if (instructionChips.has(chip.name))
        expect([where, chip.name, traced?.rows ?? 0]).toEqual([where, chip.name, heights[index]])
      // Rows of the RV32 boundary are two for each leaf of 8 bytes, and metering counts leaves of 16.
      if (subject.xlen === 64 && [boundary, merkle, hash].includes(chip.name))
        expect(traced!.rows, `${where}: ${chip.name}`).toBeLessThanOrEqual(heights[index]!)
    }
    expect([where, await segment.check()]).toEqual([where, expect.objectContaining({ passed: true, failureCount: 0 })])
    count++
  }
  return count
}
