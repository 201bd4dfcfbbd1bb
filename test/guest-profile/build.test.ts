/** Profiles of compiled guests say what a plain count over every executed instruction does. */
import { expect, test } from 'vitest'
import { debugInfoOf } from '../../src/elf/dwarf/debug-info.ts'
import { functionAt, readableNames } from '../../src/elf/symbols.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { guestProfile } from '../../src/guest-profile/build.ts'
import type { GuestProfile } from '../../src/guest-profile/guest-profile.ts'
import { cellsOf, defaultMachine, type Machine } from '../../src/machine/machine.ts'
import { debugGuests, withDebugGuest } from '../elf/dwarf/guests.ts'
import { checkProfile } from './synthetic.ts'
import { countsOf, steppedSource, traced, type TracedRun } from './traced.ts'

const guests = debugGuests.map(spec => ({ ...spec, sources: [steppedSource] }))

/** Counts by text. */
type Sums = Record<string, readonly [instructions: number, cells: number]>

function sumsOf(rows: Iterable<readonly [key: string, instructions: number, cells: number]>): Sums {
  const sums: Record<string, [number, number]> = {}
  for (const [key, instructions, cells] of rows) {
    sums[key] ??= [0, 0]
    sums[key][0] += instructions
    sums[key][1] += cells
  }
  return sums
}

const lineText = (file: string | undefined, line: number): string => `${file ?? '-'}:${line}`

/** Costs of a profile by path of names, step and line. */
function costTexts(profile: GuestProfile): Sums {
  const { nodes, costs, functions, files, steps } = profile
  const paths: string[] = []
  for (const [node, parent] of nodes.parent.entries()) {
    const name = `${functions[nodes.function[node]!]!.name}${nodes.isInlined[node] === 1 ? '*' : ''}`
    paths.push(parent < 0 ? name : `${paths[parent]!} > ${name}`)
  }
  return sumsOf(
    Array.from(costs.node, (node, row): [string, number, number] => {
      const place = lineText(files[costs.file[row]!], costs.line[row]!)
      return [`${paths[node]} ${steps[costs.step[row]!]!.marker} ${place}`, costs.instructions[row]!, costs.cells[row]!]
    }),
  )
}

/** The names of an instruction's frames, the outermost first; inlined ones with a star. */
function chainOf({ image }: TracedRun, pc: number): string[] {
  const inlined = debugInfoOf(image)
    .framesAt(pc)
    .filter(({ isInlined }) => isInlined)
    .toReversed()
  return [functionAt(image, pc)!.name, ...inlined.map(({ symbol }) => `${symbol}*`)].map(name =>
    name.endsWith('*') ? `${readableNames(image).of(name.slice(0, -1))}*` : readableNames(image).of(name),
  )
}

const common = (a: readonly string[], b: readonly string[]): string[] =>
  a.slice(0, a.findIndex((name, index) => name !== b[index]) >>> 0)

/** The path of names in front of an instruction's own. */
function pathTexts(run: TracedRun): string[] {
  const texts: string[] = []
  for (const { parent, sites } of run.paths) {
    const chain = parent < 0 ? [] : sites.map(pc => chainOf(run, pc)).reduce(common)
    texts.push([parent < 0 ? '[guest]' : texts[parent]!, ...chain].join(' > '))
  }
  return texts
}

function plainCosts(run: TracedRun, machine: Machine): Sums {
  const before = pathTexts(run)
  return sumsOf(
    run.steps.map(({ instr, rows, path, step }): [string, number, number] => {
      const place = debugInfoOf(run.image).framesAt(instr.pc)[0]?.place
      const chain = chainOf(run, instr.pc).join(' > ')
      const line = lineText(place?.file, place?.line ?? 0)
      return [`${before[path]} > ${chain} ${step} ${line}`, 1, cellsOf(machine, instr, rows)]
    }),
  )
}

test.for(guests)('$compiler, RV$xlen, $flags', (spec, { skip }) => {
  const run = withDebugGuest(spec, traced)
  if (run === undefined) return skip(`there is no ${spec.compiler} for RISC-V here`)
  const machine = defaultMachine(spec.xlen)
  const subject = {
    image: run.image,
    abi: abiNamed('openvm'),
    machine,
    guestName: 'stepped',
    outcome: 'terminated' as const,
  }
  const counts = countsOf(run)
  const profile = guestProfile(subject, { calls: counts }, { stepNames: new Map([[5, 'work']]) })
  checkProfile(profile)
  expect(profile.totals.instructions).toBe(run.steps.length)
  expect(costTexts(profile)).toEqual(plainCosts(run, machine))
  expect(profile.steps).toEqual([
    { marker: -3, name: undefined },
    { marker: 0, name: undefined },
    { marker: 5, name: 'work' },
  ])
  expect(profile.hasCalls).toBe(true)
  expect(profile.warnings).toEqual([])
})
