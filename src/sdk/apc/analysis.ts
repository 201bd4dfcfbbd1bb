/** How much each candidate for an autoprecompile is worth, and which of its columns are left. */
import type { Air } from '../../air/air.ts'
import type { Candidate, GenerateCounts } from '../../apc/candidates/candidates.ts'
import { INSTRUCTION_BYTES, type Block, type Size, type System } from '../../air/system.ts'
import { symbolAt } from '../../elf/symbols.ts'
import type { Image } from '../../elf/image.ts'
import type { ApcCandidates } from './contract.ts'

/** Columns of an AIR that are one value's limbs, or one. */
export interface ColumnGroup {
  readonly air: string
  /** Without the number of the limb. */
  readonly name: string
  /** Columns of it in one block, or trace cells of a whole run. */
  readonly before: number
  readonly after: number
}

export interface CandidateAnalysis {
  /** From 1 on. */
  readonly rank: number
  /** Addresses that its blocks start at. */
  readonly starts: readonly number[]
  /** Function and offset of the first, where the guest says it. */
  readonly symbol: string | undefined
  /** Disassembled. */
  readonly instructions: readonly { readonly pc: number; readonly text: string }[]
  readonly executions: number
  readonly before: Size
  readonly after: Size
  /** Trace cells that one execution saves, and all of them. */
  readonly savedEach: number
  readonly saved: number
  /** Of all that is saved: its part, and that of all up to it. */
  readonly share: number
  readonly cumulative: number
  /** What made it small, and what it still consists of. */
  readonly groups: readonly ColumnGroup[]
  /** Columns that no instruction has. */
  readonly added: number
}

export interface ApcAnalysis {
  readonly pgo: string
  readonly counts: GenerateCounts
  /** Trace cells of all executions of all ranked candidates: as rows of instructions, and as rows of their own. */
  readonly cellsBefore: number
  readonly cellsAfter: number
  /** The first ones in their order. */
  readonly candidates: readonly CandidateAnalysis[]
  /** Trace cells that the first n save, by n − 1. */
  readonly savedByFirst: readonly number[]
  /** Of the candidates that are told one by one, weighted by executions; what went most comes first. */
  readonly groups: readonly ColumnGroup[]
}

export interface Analysed {
  readonly candidates: ApcCandidates
  readonly image: Image
  /** The AIR of an opcode. */
  readonly airOf: (opcode: number) => Air
  /** The instruction at an address, disassembled. */
  readonly textAt: (pc: number) => string
  /** Candidates that are told one by one. */
  readonly most: number
}

const savedEach = ({ costBefore, costAfter }: Candidate): number => costBefore - costAfter

/** Executions of a candidate as a factor: where nobody has counted them, one. */
const weightOf = ({ executions }: Pick<Candidate, 'executions'>): number => Math.max(1, executions)

export function analyse({ candidates, image, airOf, textAt, most }: Analysed): ApcAnalysis {
  const { pgo, counts, ranked } = candidates
  const savings = ranked.map(each => savedEach(each) * weightOf(each))
  const total = savings.reduce((sum, saved) => sum + saved, 0)
  const savedByFirst: number[] = []
  for (const saved of savings) savedByFirst.push((savedByFirst.at(-1) ?? 0) + saved)
  const shareOf = (cells: number): number => (total === 0 ? 0 : cells / total)
  const told = ranked.slice(0, most).map((candidate, index): CandidateAnalysis => {
    const { blocks, executions, before, after } = candidate
    const system = candidates.system(index)
    return {
      rank: index + 1,
      starts: blocks.map(({ start }) => start),
      symbol: symbolAt(image, blocks[0]!.start),
      instructions: blocks.flatMap(block => pcsOf(block).map(pc => ({ pc, text: textAt(pc) }))),
      executions,
      before,
      after,
      savedEach: savedEach(candidate),
      saved: savings[index]!,
      share: shareOf(savings[index]!),
      cumulative: shareOf(savedByFirst[index]!),
      groups: groupsOf(blocks, system, airOf),
      added: system.columns.filter(({ origin }) => origin === undefined).length,
    }
  })
  const cells = (of: (candidate: Candidate) => number): number =>
    ranked.reduce((sum, each) => sum + of(each) * weightOf(each), 0)
  return {
    pgo,
    counts,
    cellsBefore: cells(({ costBefore }) => costBefore),
    cellsAfter: cells(({ costAfter }) => costAfter),
    candidates: told,
    savedByFirst,
    groups: sumOf(told.map(candidate => ({ groups: candidate.groups, weight: weightOf(candidate) }))),
  }
}

const pcsOf = ({ start, instructions }: Block): readonly number[] =>
  instructions.map((_, index) => start + index * INSTRUCTION_BYTES)

/** `b[3]` is one of `b`. */
const groupName = (column: string): string => column.replace(/\[\d+\]$/, '')

/** Adds up groups of the same AIR and name; what went most comes first. */
class Groups {
  readonly #found = new Map<string, { air: string; name: string; before: number; after: number }>()

  add(air: string, name: string, { before, after }: Pick<ColumnGroup, 'before' | 'after'>): void {
    const key = `${air} ${name}`
    let group = this.#found.get(key)
    if (group === undefined) this.#found.set(key, (group = { air, name, before: 0, after: 0 }))
    group.before += before
    group.after += after
  }

  sorted(): readonly ColumnGroup[] {
    return [...this.#found.values()].toSorted((a, b) => b.before - b.after - (a.before - a.after))
  }
}

function groupsOf(blocks: readonly Block[], { columns }: System, airOf: Analysed['airOf']): readonly ColumnGroup[] {
  const groups = new Groups()
  const airs = blocks.flatMap(({ instructions }) => instructions.map(([opcode]) => airOf(opcode!)))
  for (const air of airs) for (const name of air.columns) groups.add(air.name, groupName(name), { before: 1, after: 0 })
  for (const { origin } of columns) {
    if (origin === undefined) continue
    const air = airs[origin.instruction]!
    groups.add(air.name, groupName(air.columns[origin.column]!), { before: 0, after: 1 })
  }
  return groups.sorted()
}

function sumOf(
  all: readonly { readonly groups: readonly ColumnGroup[]; readonly weight: number }[],
): readonly ColumnGroup[] {
  const sum = new Groups()
  for (const { groups, weight } of all)
    for (const { air, name, before, after } of groups)
      sum.add(air, name, { before: before * weight, after: after * weight })
  return sum.sorted()
}
