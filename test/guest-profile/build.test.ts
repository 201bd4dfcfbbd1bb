/** Profiles of compiled guests say what a plain count over every executed instruction does. */
import { expect, test } from 'vitest'
import { debugInfoOf } from '../../src/elf/dwarf/debug-info.ts'
import { functionAt, readableNames } from '../../src/elf/symbols.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { guestProfile } from '../../src/guest-profile/build.ts'
import type { GuestProfile } from '../../src/guest-profile/guest-profile.ts'
import { BlockProgress } from '../../src/machine/block-rows.ts'
import { rowsOf } from '../../src/machine/chips.ts'
import { cellsOf, defaultMachine, type Machine } from '../../src/machine/machine.ts'
import { withAutoprecompiles } from '../../src/machine/specialise.ts'
import { functionsOf } from '../../src/modes/calls/functions.ts'
import { guestBlockRows } from '../../src/run/guest-block-rows.ts'
import { debugGuests, withDebugGuest } from '../elf/dwarf/guests.ts'
import { someAutoprecompile } from '../machine/some-autoprecompiles.ts'
import { checkProfile } from './synthetic.ts'
import { countsOf, slotCountsOf, steppedSource, traced, type TracedRun } from './traced.ts'

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
  const { costs, files, steps } = profile
  const paths = new Map([...pathNodes(profile)].map(([path, node]) => [node, path]))
  return sumsOf(
    Array.from(costs.node, (node, row): [string, number, number] => {
      const place = lineText(files[costs.file[row]!], costs.line[row]!)
      return [
        `${paths.get(node)} ${steps[costs.step[row]!]!.marker} ${place}`,
        costs.instructions[row]!,
        costs.cells[row]!,
      ]
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

const nameOf = ({ image, paths }: TracedRun, path: number): string =>
  readableNames(image).of(functionAt(image, functionsOf(image).starts[paths[path]!.function]!)!.name)

/** Nodes of functions themselves by their path of names. */
function pathNodes({ nodes, functions }: GuestProfile): Map<string, number> {
  const texts: string[] = []
  const found = new Map<string, number>()
  for (const [node, parent] of nodes.parent.entries()) {
    const name = `${functions[nodes.function[node]!]!.name}${nodes.isInlined[node] === 1 ? '*' : ''}`
    texts.push(parent < 0 ? name : `${texts[parent]!} > ${name}`)
    found.set(texts[node]!, node)
  }
  return found
}

/** Cells of each step; a block that was executed as a whole has those of its row, at its first instruction. */
function cellsOfSteps({ image, steps }: TracedRun, machine: Machine): number[] {
  const cells = steps.map(({ instr, rows }) => cellsOf(machine, instr, rows))
  const blocks = guestBlockRows(image, abi, machine)
  if (blocks === undefined) return cells
  const progress = new BlockProgress(blocks, false)
  for (const [index, { instr }] of steps.entries()) {
    const block = progress.retired(instr.pc)
    if (block === undefined) continue
    const first = index - block.length + 1
    cells.fill(0, first, index + 1)
    cells[first] = machine.chips[block.chip]!.width
  }
  return cells
}

function plainCosts(run: TracedRun, cells: readonly number[], hasCalls = true): Sums {
  const before = hasCalls ? pathTexts(run) : run.paths.map(() => '[guest]')
  return sumsOf(
    run.steps.map(({ instr, path, step }, index): [string, number, number] => {
      const place = debugInfoOf(run.image).framesAt(instr.pc)[0]?.place
      const chain = chainOf(run, instr.pc).join(' > ')
      const line = lineText(place?.file, place?.line ?? 0)
      return [`${before[path]} > ${chain} ${hasCalls ? step : 0} ${line}`, 1, cells[index]!]
    }),
  )
}

/** The table of instructions. */
function instructionTexts({ instructions, functions, files, steps }: GuestProfile): Sums {
  const { pc, step, innermost, function: of, file, line, times, cells } = instructions
  return sumsOf(
    Array.from(pc, (address, row): [string, number, number] => {
      const names = `${functions[of[row]!]!.name} ${functions[innermost[row]!]!.name}`
      const place = lineText(files[file[row]!], line[row]!)
      return [`${address} ${steps[step[row]!]!.marker} ${names} ${place}`, times[row]!, cells[row]!]
    }),
  )
}

const plainInstructions = (run: TracedRun, cells: readonly number[]): Sums =>
  sumsOf(
    run.steps.map(({ instr: { pc }, step }, index): [string, number, number] => {
      const place = debugInfoOf(run.image).framesAt(pc)[0]?.place
      const chain = chainOf(run, pc).map(name => name.replace(/\*$/, ''))
      return [`${pc} ${step} ${chain[0]} ${chain.at(-1)} ${lineText(place?.file, place?.line ?? 0)}`, 1, cells[index]!]
    }),
  )

const abi = abiNamed('openvm')
const subjectOf = ({ image }: TracedRun, machine: Machine) => ({
  image,
  abi,
  machine,
  guestName: 'stepped',
  outcome: 'terminated' as const,
})

test.for(guests)('$compiler, RV$xlen, $flags', (spec, { skip }) => {
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
    const { file, line } = frames[chainOf(run, first).length - depth]!.place!
    expect([profile.files[profile.nodes.callFile[node]!], profile.nodes.callLine[node]]).toEqual([file, line])
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
    const spec = guests.find(each => each.xlen === xlen && each.compiler === 'clang')!
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
    expect(marked).toBeGreaterThan(1)
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
