/** What was spent in source lines, by function and step, whoever called the function. */
import type { GuestProfile } from '../../guest-profile.ts'

export interface PageLine {
  /** Index of the profile's file, -1 where nothing says. */
  readonly file: number
  readonly line: number
  readonly function: number
  readonly step: number
  instructions: number
  cells: number
}

/** By file, line, function and step; they add up to the profile's totals. */
export function pageLines({ nodes, costs, steps }: GuestProfile): PageLine[] {
  const byFunction = new Map<number, Map<number, PageLine>>()
  for (const [row, node] of costs.node.entries()) {
    const [file, line, step] = [costs.file[row]!, costs.line[row]!, costs.step[row]!]
    const ofFunction = nodes.function[node]!
    const functionKey = ofFunction * steps.length + step
    const lines = byFunction.get(functionKey) ?? new Map<number, PageLine>()
    byFunction.set(functionKey, lines)
    const lineKey = (file + 1) * 2 ** 32 + line
    const sum = lines.get(lineKey) ?? { file, line, function: ofFunction, step, instructions: 0, cells: 0 }
    lines.set(lineKey, sum)
    sum.instructions += costs.instructions[row]!
    sum.cells += costs.cells[row]!
  }
  const all = [...byFunction.values()].flatMap(lines => [...lines.values()])
  return all.toSorted((a, b) => a.file - b.file || a.line - b.line || a.function - b.function || a.step - b.step)
}
