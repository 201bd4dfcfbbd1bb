/** Profiles of compiled guests say what a plain count over every executed instruction does. */
import { expect, test } from 'vitest'
import { debugInfoOf } from '../../src/elf/dwarf/debug-info.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { guestProfile } from '../../src/guest-profile/build.ts'
import type { GuestProfile } from '../../src/guest-profile/guest-profile.ts'
import { rowsOf } from '../../src/machine/chips.ts'
import { defaultMachine, type Machine } from '../../src/machine/machine.ts'
import { withAutoprecompiles } from '../../src/machine/specialise.ts'
import { withDebugGuest } from '../elf/dwarf/guests.ts'
import { someAutoprecompile } from '../machine/some-autoprecompiles.ts'
import {
  cellsOfSteps,
  chainOf,
  common,
  costTexts,
  instructionTexts,
  nameOf,
  pathNodes,
  pathTexts,
  plainCosts,
  plainInstructions,
  sumsOf,
  type Sums,
} from './plain-costs.ts'
import { checkProfile } from './synthetic.ts'
import { countsOf, slotCountsOf, steppedGuests, traced, type TracedRun } from './traced.ts'

const abi = abiNamed('openvm')
const subjectOf = ({ image }: TracedRun, machine: Machine) => ({
  image,
  abi,
  machine,
  guestName: 'stepped',
  outcome: 'terminated' as const,
})

test.for(steppedGuests)('$compiler, RV$xlen, $flags', (spec, { skip }) => {
  const run = withDebugGuest(spec, traced)
  if (run === undefined) return skip(`there is no ${spec.compiler} for RISC-V here`)
  const machine = defaultMachine(spec.xlen)
  const subject = subjectOf(run, machine)
  const counts = countsOf(run)
  const cells = cellsOfSteps(run, machine)
  const profile = guestProfile(subject, { calls: counts }, { stepNames: new Map([[5, 'work']]) })
  checkProfile(profile)
  expect(profile.totals.instructions).toBe(run.steps.length)
  expect(costTexts(profile)).toEqual(plainCosts(run, cells))
  expect(instructionTexts(profile)).toEqual(plainInstructions(run, cells))
  expect(profile.steps).toEqual([
    { marker: -3, name: undefined },
    { marker: 0, name: undefined },
    { marker: 5, name: 'work' },
  ])
  expect(profile.hasCalls).toBe(true)
  expect(profile.warnings).toEqual([])
  expect(profile.nodes.isInlined.includes(1)).toBe(!spec.flags.includes('-O0'))

  // Calls, and the line of the first place that a function was called from.
  const ofPath = pathNodes(profile)
  let shared = 0
  for (const [index, { parent, sites }] of run.paths.entries()) {
    if (parent < 0) continue
    const node = ofPath.get(`${pathTexts(run)[index]} > ${nameOf(run, index)}`)!
    expect(profile.nodes.calls[node]).toBe(sites.length)
    const chains = sites.map(pc => chainOf(run, pc))
    const depth = chains.reduce(common).length
    if (chains.some(({ length }) => length > depth)) shared++
    const first = Math.min(...sites)
    const frames = debugInfoOf(run.image).framesAt(first)
    const place = frames[chainOf(run, first).length - depth]!.place
    const found = [profile.files[profile.nodes.callFile[node]!], profile.nodes.callLine[node]]
    expect(found).toEqual([place?.file, place?.line ?? 0])
  }

  // A function that is called from an inlined one, and from elsewhere.
  expect(shared > 0).toBe(!spec.flags.includes('-O0'))

  const shares = (list: GuestProfile['opcodes']): Sums => sumsOf(list.map(each => [each.name, each.count, each.cells]))
  expect(shares(profile.opcodes)).toEqual(
    sumsOf(run.steps.map(({ instr }, index) => [instr.row.name, 1, cells[index]!])),
  )
  const rows = run.steps.flatMap(({ instr, rows: count }) =>
    rowsOf(machine, instr).map(each => ({ chip: machine.chips[each.chip]!, rows: each.rows * count })),
  )
  expect(shares(profile.chips)).toEqual(
    sumsOf(rows.map(({ chip, rows: count }) => [chip.name, count, count * chip.width])),
  )

  // Without lines: the same, added up.
  const plain = guestProfile(subject, { calls: counts }, { lines: false })
  checkProfile(plain)
  const withoutLines = ([key, sums]: [string, readonly [number, number]]): [string, number, number] => [
    key.replace(/ \S+$/, ' -:0'),
    ...sums,
  ]
  expect(costTexts(plain)).toEqual(sumsOf(Object.entries(plainCosts(run, cells)).map(withoutLines)))
  expect(plain.nodes).toEqual(profile.nodes)
  expect(plain.instructions).toEqual(profile.instructions)

  // Mode `profile` knows no callers and no steps.
  const flat = guestProfile(subject, { profile: slotCountsOf(run) })
  checkProfile(flat)
  expect(flat.hasCalls).toBe(false)
  expect(costTexts(flat)).toEqual(plainCosts(run, cells, false))
})

test.for([32, 64] as const)(
  'RV%i: blocks with a row of their own, some of which a step begins in',
  (xlen, { skip }) => {
    const spec = steppedGuests.find(each => each.xlen === xlen && each.compiler === 'clang')!
    const run = withDebugGuest(spec, traced)
    if (run === undefined) return skip('there is no clang for RISC-V here')
    const { image, steps } = run
    const isMarker = (index: number): boolean => steps[index]!.step !== steps[index - 1]?.step
    const isStraight = ({ instr }: TracedRun['steps'][number]): boolean =>
      !['branch', 'jal', 'jalr', 'host'].includes(instr.row.kind)
    const list: Parameters<typeof someAutoprecompile>[0][] = []
    const taken = new Set<number>()
    let marked = 0
    for (let index = 2; index + 3 < steps.length; index++) {
      const around = steps.slice(index - 1, index + 3)
      const pcs = around.map(({ instr }) => instr.pc)
      const isFree = pcs.every((pc, at) => !taken.has(pc) && pc === pcs[0]! + 4 * at)
      // Around every marker, and now and then elsewhere.
      if (!isFree || !around.every(isStraight) || (!isMarker(index) && index % 7 > 0)) continue
      if (isMarker(index)) marked++
      for (const pc of pcs) taken.add(pc)
      list.push({ start: pcs[0]!, count: 4, width: 3 + (index % 50), interactions: 5 })
    }
    expect(marked).toBeGreaterThan(0)
    expect(list.length).toBeGreaterThan(marked)
    const autoprecompiles = list.toSorted((a, b) => a.start - b.start).map(someAutoprecompile)
    const machine = withAutoprecompiles(defaultMachine(xlen), { guest: image.digest, list: autoprecompiles })
    const cells = cellsOfSteps(run, machine)
    const profile = guestProfile(subjectOf(run, machine), { calls: countsOf(run) })
    checkProfile(profile)
    expect(costTexts(profile)).toEqual(plainCosts(run, cells))
    expect(instructionTexts(profile)).toEqual(plainInstructions(run, cells))
    expect(profile.opcodes.filter(({ count }) => count === 0).length).toBe(list.length)
    expect(profile.chips.length).toBeGreaterThan(list.length)
  },
)
