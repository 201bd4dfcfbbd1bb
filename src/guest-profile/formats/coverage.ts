/** How often each line and function of a guest's source was executed. */
import type { GuestProfile } from '../guest-profile.ts'
import type { GuestSource } from '../guest-source.ts'

export interface FileCoverage {
  /** Executions by line. */
  readonly lines: Map<number, number>
  /** By name: where it begins, and executions. */
  readonly functions: Map<string, { readonly line: number; readonly count: number }>
}

/**
 * Calls `of` for each instruction that was executed.
 *
 * @param row one of the instruction's rows, the last
 * @param times of all its steps
 */
function eachInstruction({ instructions }: GuestProfile, of: (row: number, times: number) => void): void {
  const { pc, times } = instructions
  let sum = 0
  for (let row = 0; row < pc.length; row++) {
    sum += times[row]!
    if (pc[row] === pc[row + 1]) continue
    of(row, sum)
    sum = 0
  }
}

/** The greatest number of each key. */
function raise(map: Map<string, number>, key: string, value: number): void {
  map.set(key, Math.max(value, map.get(key) ?? 0))
}

/** Sums of the numbers of all keys that begin alike: a key is two parts, the second one counts. */
function sumsOf(copies: ReadonlyMap<string, number>): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [key, count] of copies) {
    const whole = key.slice(0, key.indexOf('|'))
    sums.set(whole, count + (sums.get(whole) ?? 0))
  }
  return sums
}

/**
 * A line was executed as often as its most frequent instruction; where its code was copied, by inlining it, copies add
 * up. By file and line.
 */
function lineCounts(profile: GuestProfile): Map<string, number> {
  const { file, line, function: owner, innermost } = profile.instructions
  const copies = new Map<string, number>()
  eachInstruction(profile, (row, times) => {
    if (line[row]! > 0) raise(copies, `${file[row]} ${line[row]}|${owner[row]} ${innermost[row]}`, times)
  })
  return sumsOf(copies)
}

/** Calls of a function, where they are counted, or how often its first instruction was executed; and inlined copies. */
function functionCounts(profile: GuestProfile): Float64Array {
  const { pc, function: owner, innermost } = profile.instructions
  const counts = new Float64Array(profile.functions.length)
  const isExecuted = new Uint8Array(profile.functions.length)
  const copies = new Map<string, number>()
  eachInstruction(profile, (row, times) => {
    const index = innermost[row]!
    isExecuted[index] = isExecuted[owner[row]!] = 1
    if (index !== owner[row]) raise(copies, `${index}|${owner[row]}`, times)
    if (!profile.hasCalls && profile.functions[owner[row]!]!.address === pc[row]) counts[owner[row]!]! += times
  })
  for (const [index, count] of sumsOf(copies)) counts[Number(index)]! += count
  if (profile.hasCalls)
    for (const [node, calls] of profile.nodes.calls.entries()) counts[profile.nodes.function[node]!]! += calls
  // What is entered in its middle was executed all the same.
  return counts.map((count, index) => Math.max(count, isExecuted[index]!))
}

/** By path. What the source has beyond what was executed counts 0 there. */
export function coverageOf(profile: GuestProfile, source?: GuestSource): Map<string, FileCoverage> {
  const files = new Map<string, FileCoverage>()
  const fileOf = (path: string): FileCoverage => {
    let file = files.get(path)
    if (file === undefined) files.set(path, (file = { lines: new Map(), functions: new Map() }))
    return file
  }
  for (const [key, count] of lineCounts(profile)) {
    const [file, line] = key.split(' ').map(Number)
    fileOf(profile.files[file!]!).lines.set(line!, count)
  }
  const counts = functionCounts(profile)
  for (const [index, { name, file, line }] of profile.functions.entries())
    if (file >= 0 && line > 0) fileOf(profile.files[file]!).functions.set(name, { line, count: counts[index]! })
  for (const { file, line } of source?.lines ?? []) {
    const { lines } = fileOf(file)
    if (line > 0 && !lines.has(line)) lines.set(line, 0)
  }
  const names = new Set(profile.functions.map(({ name }) => name))
  for (const { name, file, line } of source?.functions ?? [])
    if (!names.has(name)) fileOf(file).functions.set(name, { line, count: 0 })
  return files
}
