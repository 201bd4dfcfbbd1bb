/** Execution counts of one guest: plain data to add up, to write to a file, to generate code by. */
import { createHash } from 'node:crypto'
import type { Xlen } from '../elf/image.ts'
import type { SlotBytes } from '../isa/row.ts'

/** Instructions at addresses that follow each other, all executed equally often. */
export interface Stretch {
  readonly pc: number
  readonly instructions: number
  /** At least 1 and at most 2^53 - 1, where it stays. */
  readonly count: number
}

/** What runs of one guest executed. The stretches are in address order, do not overlap and are as long as can be. */
export interface ExecutionProfile {
  /** SHA-256 of the guest's file. */
  readonly guest: string
  readonly xlen: Xlen
  /**
   * Instructions of a stretch begin so many bytes apart; default 4. In guests with compressed instructions it is 2, and
   * an instruction of 4 bytes has a stretch to itself.
   */
  readonly slotBytes?: SlotBytes | undefined
  readonly stretches: readonly Stretch[]
}

/** The profile of a guest whose instructions were executed so often, by address. */
export function profileOf(
  guest: { readonly digest: string; readonly xlen: Xlen; readonly slotBytes?: SlotBytes | undefined },
  counts: ReadonlyMap<number, number>,
): ExecutionProfile {
  const { slotBytes = 4 } = guest
  const stretches: { pc: number; instructions: number; count: number }[] = []
  for (const [pc, exact] of [...counts].toSorted(([a], [b]) => a - b)) {
    const count = Math.min(exact, Number.MAX_SAFE_INTEGER)
    const last = stretches.at(-1)
    if (count === 0) continue
    if (last !== undefined && last.pc + slotBytes * last.instructions === pc && last.count === count)
      last.instructions++
    else stretches.push({ pc, instructions: 1, count })
  }
  return { guest: guest.digest, xlen: guest.xlen, ...(slotBytes === 2 && { slotBytes }), stretches }
}

/** Executions by address, only those above 0. */
export function countsOf({ slotBytes = 4, stretches }: ExecutionProfile): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { pc, instructions, count } of stretches)
    for (let index = 0; index < instructions; index++) counts.set(pc + slotBytes * index, count)
  return counts
}

const leastOf = (profiles: readonly ExecutionProfile[]): SlotBytes =>
  profiles.some(({ slotBytes }) => slotBytes === 2) ? 2 : 4

/** All runs together, whatever their order; profiles of one guest, at least one. */
export function addProfiles(profiles: readonly [ExecutionProfile, ...ExecutionProfile[]]): ExecutionProfile {
  const [first, ...others] = profiles
  if (others.length === 0) return first
  const counts = countsOf(first)
  for (const profile of others)
    for (const [pc, count] of countsOf(profile)) counts.set(pc, count + (counts.get(pc) ?? 0))
  return profileOf({ digest: first.guest, xlen: first.xlen, slotBytes: leastOf(profiles) }, counts)
}

/** SHA-256 of what the profile says, 64 hex digits: the same for the same counts, however their file is written. */
export function profileDigest({ guest, xlen, stretches }: ExecutionProfile): string {
  const hash = createHash('sha256').update(`rvr profile 1\n${guest} ${xlen}\n`)
  for (const { pc, instructions, count } of stretches) hash.update(`${pc} ${instructions} ${count}\n`)
  return hash.digest('hex')
}
