/** All modes and both engines tell the same of a guest, and its cost is the cells of its segments. */
import { expect, test } from 'vitest'
import type { Guest, Run } from '../../src/index.ts'
import { artifactOf, engines, expectSame, factsOf, modeNames, useRvr, widths } from '../run/support.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { assembled, fixtures, load, randomCases } from './guests.ts'

const host = useRvr('shared', 'quick')
/** The widths share the guests, by turns; random cases have both. */
const subjects = widths.flatMap(xlen => [
  ...sample([...fixtures(xlen), ...assembled(xlen)], xlen / 32),
  randomCases(xlen, 7, 3),
])

/** Cells of the chips that executed instructions add rows to. */
function cellsOf({ segments }: Run, { machine: { chips } }: Guest): bigint {
  let cells = 0n
  for (const { heights } of segments) {
    for (const [chip, { operations, width }] of chips.entries())
      if (operations !== undefined) cells += BigInt(heights[chip]!) * BigInt(width)
  }
  return cells
}

test.each(subjects)('RV$xlen $name', async subject => {
  const guest = await load(host.rvr, subject)
  // The interpreter tells the reference, in the mode that does the least.
  using reference = await guest.interpret('pure').execute(subject.options)
  const costs = new Set<bigint | undefined>()
  // Subjects share the modes beside the one that meters most.
  const others = sample(modeNames, subjects.indexOf(subject)).filter(mode => mode !== 'metered')
  for (const mode of isExhaustive ? modeNames : (['metered', ...others] as const)) {
    for (const engine of engines) {
      const artifact = await artifactOf(guest, mode, engine)
      for (const segmentLimits of mode === 'metered' ? [{}, { maxTraceHeight: 1024 }] : [undefined]) {
        using run = await artifact.execute({ ...subject.options, ...(segmentLimits && { segmentLimits }) })
        const neutral = { mode: '', cost: 0n }
        expect({ ...factsOf(run), ...neutral }, `${mode}, ${engine}`).toEqual({ ...factsOf(reference), ...neutral })
        // Memory of two runs, whatever their modes.
        expectSame(
          Object.assign(Object.create(run) as Run, neutral),
          Object.assign(Object.create(reference) as Run, neutral),
        )
        if (mode === 'pure') continue
        costs.add(run.cost)
        if (mode !== 'metered') continue
        expect(cellsOf(run, guest)).toBe(run.cost)
        expect(run.segments.reduce((sum, { instructions }) => sum + instructions, 0)).toBe(Number(run.instret))
      }
    }
  }
  expect(costs.size, 'one cost').toBe(1)
})
