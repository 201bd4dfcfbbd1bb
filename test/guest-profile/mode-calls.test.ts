/** Profiles of runs in mode `calls` say what a plain count over every executed instruction does, wherever runs stop. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import { withDebugGuest } from '../elf/dwarf/guests.ts'
import { cellsOfSteps, costTexts, instructionTexts, plainCosts, plainInstructions } from './plain-costs.ts'
import { checkProfile } from './synthetic.ts'
import { steppedGuests, traced } from './traced.ts'

let rvr: Rvr
beforeAll(async () => {
  rvr = await Rvr.create({ cacheDir: inject('sharedCache') })
})
afterAll(() => rvr.dispose())

test.for(steppedGuests)('$compiler, RV$xlen, $flags', async (spec, { skip }) => {
  const elf = withDebugGuest(spec, bytes => bytes)
  if (elf === undefined) return skip(`there is no ${spec.compiler} for RISC-V here`)
  const wanted = traced(elf)
  const guest = await rvr.load(elf)
  const cells = cellsOfSteps(wanted, guest.machine)
  const artifact = guest.interpret('calls')
  using run = await artifact.execute()
  const profile = run.profile!.tree()
  checkProfile(profile)
  expect(costTexts(profile)).toEqual(plainCosts(wanted, cells))
  expect(instructionTexts(profile)).toEqual(plainInstructions(wanted, cells))
  expect(profile).toMatchObject({ hasCalls: true, outcome: 'terminated', warnings: [] })
  expect(profile.totals).toEqual({ instructions: Number(run.instret), cells: Number(run.cost) })
  const counts = [...run.profile!.counts.values()]
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(Number(run.instret))

  using part = await artifact.execute({ maxInstructions: 100 + (wanted.steps.length >> 1) })
  const half = part.profile!.tree()
  checkProfile(half)
  expect(half).toMatchObject({ outcome: 'suspended', totals: { instructions: Number(part.instret) } })
  using rest = await part.resume()
  expect(costTexts(rest.profile!.tree())).toEqual(costTexts(profile))
})
