/** What a profile says as texts, and the same by a plain count over every executed instruction. */
import { debugInfoOf } from '../../src/elf/dwarf/debug-info.ts'
import { functionAt, readableNames } from '../../src/elf/symbols.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import type { GuestProfile } from '../../src/guest-profile/guest-profile.ts'
import { BlockProgress } from '../../src/machine/block-rows.ts'
import { cellsOf, type Machine } from '../../src/machine/machine.ts'
import { functionsOf } from '../../src/modes/calls/functions.ts'
import { guestBlockRows } from '../../src/run/guest-block-rows.ts'
import type { TracedRun } from './traced.ts'

/** Counts by text. */
export type Sums = Record<string, readonly [instructions: number, cells: number]>

export function sumsOf(rows: Iterable<readonly [key: string, instructions: number, cells: number]>): Sums {
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
export function costTexts(profile: GuestProfile): Sums {
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
export function chainOf({ image }: TracedRun, pc: number): string[] {
  const inlined = debugInfoOf(image)
    .framesAt(pc)
    .filter(({ isInlined }) => isInlined)
    .toReversed()
  return [functionAt(image, pc)!.name, ...inlined.map(({ symbol }) => `${symbol}*`)].map(name =>
    name.endsWith('*') ? `${readableNames(image).of(name.slice(0, -1))}*` : readableNames(image).of(name),
  )
}

export const common = (a: readonly string[], b: readonly string[]): string[] =>
  a.slice(0, a.findIndex((name, index) => name !== b[index]) >>> 0)

/** The path of names in front of an instruction's own. */
export function pathTexts(run: TracedRun): string[] {
  const texts: string[] = []
  for (const { parent, sites } of run.paths) {
    const chain = parent < 0 ? [] : sites.map(pc => chainOf(run, pc)).reduce(common)
    texts.push([parent < 0 ? '[guest]' : texts[parent]!, ...chain].join(' > '))
  }
  return texts
}

export const nameOf = ({ image, paths }: TracedRun, path: number): string =>
  readableNames(image).of(functionAt(image, functionsOf(image, 4).starts[paths[path]!.function]!)!.name)

/** Nodes of functions themselves by their path of names. */
export function pathNodes({ nodes, functions }: GuestProfile): Map<string, number> {
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
export function cellsOfSteps({ image, steps }: TracedRun, machine: Machine): number[] {
  const cells = steps.map(({ instr, rows }) => cellsOf(machine, instr, rows))
  const blocks = guestBlockRows(image, abiNamed('openvm'), machine)
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

export function plainCosts(run: TracedRun, cells: readonly number[], hasCalls = true): Sums {
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
export function instructionTexts({ instructions, functions, files, steps }: GuestProfile): Sums {
  const { pc, step, innermost, function: of, file, line, times, cells } = instructions
  return sumsOf(
    Array.from(pc, (address, row): [string, number, number] => {
      const names = `${functions[of[row]!]!.name} ${functions[innermost[row]!]!.name}`
      const place = lineText(files[file[row]!], line[row]!)
      return [`${address} ${steps[step[row]!]!.marker} ${names} ${place}`, times[row]!, cells[row]!]
    }),
  )
}

export const plainInstructions = (run: TracedRun, cells: readonly number[]): Sums =>
  sumsOf(
    run.steps.map(({ instr: { pc }, step }, index): [string, number, number] => {
      const place = debugInfoOf(run.image).framesAt(pc)[0]?.place
      const chain = chainOf(run, pc).map(name => name.replace(/\*$/, ''))
      return [`${pc} ${step} ${chain[0]} ${chain.at(-1)} ${lineText(place?.file, place?.line ?? 0)}`, 1, cells[index]!]
    }),
  )
