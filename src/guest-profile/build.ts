/** Makes the profile of a run from what its mode has counted, the guest's file and its machine. */
import type { CallCounts } from '../modes/calls/counts.ts'
import { functionsOf } from '../modes/calls/functions.ts'
import type { SlotCounts } from '../modes/profile/counts.ts'
import { CallPlaces } from './call-places.ts'
import { ContextRows } from './context-rows.ts'
import { executedCode, type ProfiledRun } from './executed-code.ts'
import { sourcesOf } from './frames.ts'
import { groupedBy } from './grouped.ts'
import type { GuestProfile, ProfileStep } from './guest-profile.ts'
import { instructionsOf } from './instructions.ts'
import { memoryByNode } from './memory.ts'
import { mergedPaths } from './merged-paths.ts'
import { withoutCallers } from './plain-counts.ts'
import { chipsOf, opcodesOf } from './shares.ts'
import { treeOf } from './tree.ts'
import { warningsOf } from './warnings.ts'

/** What modes `calls` and `profile` have counted. */
export type ProfileCounts = { readonly calls: CallCounts } | { readonly profile: SlotCounts }

export interface ProfileSubject extends ProfiledRun {
  /** As the user named it. */
  readonly guestName: string
  readonly outcome: GuestProfile['outcome']
  /** Cells of the memory tables, where they were counted. */
  readonly memory?: number | undefined
}

export interface ProfileOptions {
  /** Tell lines apart in `costs`; true where nothing is said. */
  readonly lines?: boolean | undefined
  /** By marker. */
  readonly stepNames?: ReadonlyMap<number, string> | undefined
}

/** Takes seconds for a million contexts, and memory in proportion to their runs. */
export function guestProfile(
  subject: ProfileSubject,
  given: ProfileCounts,
  { lines = true, stepNames = new Map() }: ProfileOptions = {},
): GuestProfile {
  const { image, abi, machine, guestName, outcome, inside } = subject
  const hasCalls = 'calls' in given
  const counts = hasCalls ? mergedPaths(given.calls) : withoutCallers(image, given.profile)
  const { contexts, paths } = counts
  const markers = [...new Set(contexts.step)].toSorted((a, b) => a - b)
  const stepIndex = new Map(markers.map((marker, index) => [marker, index]))
  const stepOf = Uint32Array.from(contexts.step, marker => stepIndex.get(marker)!)
  const code = executedCode(subject, counts.runs)
  const sources = sourcesOf(image, code.pcs, counts.functions, new Set(paths.function))
  const contextRows = new ContextRows(code, counts, inside)
  const places = new CallPlaces(code, sources, functionsOf(image, abi.slotBytes))
  const { nodes, costs, nodeOf } = treeOf({ counts, code, sources, contextRows, places, stepOf, lines })
  const { instructions, totals } = instructionsOf(code, sources, contextRows, groupedBy(stepOf, markers.length))
  const memory = memoryByNode(subject.memory, contexts, nodeOf, nodes.parent.length)
  const sum = (column: Float64Array): number => column.reduce((total, value) => total + value, 0)
  return {
    guest: { name: guestName, digest: image.digest, xlen: image.xlen },
    machine: { name: machine.name, digest: machine.digest },
    outcome,
    totals: { instructions: sum(costs.instructions), cells: sum(costs.cells) },
    memory: memory && subject.memory,
    hasCalls,
    warnings: warningsOf(image, counts, sources.files.length > 0),
    files: sources.files,
    functions: sources.functions,
    steps: markers.map((marker): ProfileStep => ({ marker, name: stepNames.get(marker) })),
    nodes: { ...nodes, memory },
    costs,
    instructions,
    opcodes: opcodesOf(code, totals, machine),
    chips: chipsOf(code, totals, machine),
  }
}
