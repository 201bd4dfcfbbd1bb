/** Counts of a mode that does not tell callers apart, as calling contexts: one for each function, called by nobody. */
import type { Image } from '../elf/image.ts'
import type { CallCounts } from '../modes/calls/counts.ts'
import { functionsOf } from '../modes/calls/functions.ts'
import { countsByPc, type SlotCounts } from '../modes/profile/counts.ts'
import { Column } from './column.ts'

export function withoutCallers(image: Image, counts: SlotCounts): CallCounts {
  const { starts } = functionsOf(image, counts.slotBytes)
  const paths: number[] = []
  const firstRun: number[] = []
  const runs = {
    pc: new Column(new Uint32Array()),
    instructions: new Column(new Uint32Array()),
    times: new Column(new Float64Array()),
  }
  const contextOf = new Map<number, number>()
  let at = -1
  for (const [pc, times] of countsByPc(counts)) {
    while (at + 1 < starts.length && starts[at + 1]! <= pc) at++
    if (paths.at(-1) !== at) {
      paths.push(at)
      firstRun.push(runs.pc.length)
    }
    contextOf.set(pc, paths.length - 1)
    runs.pc.push(pc)
    runs.instructions.push(1)
    runs.times.push(times)
  }
  firstRun.push(runs.pc.length)
  const extra = [...counts.extraRows]
  const count = paths.length
  return {
    functions: starts,
    paths: {
      parent: new Int32Array(count).fill(-1),
      function: Int32Array.from(paths),
      isTail: new Uint8Array(count),
    },
    contexts: {
      path: Uint32Array.from(paths, (_, context) => context),
      step: new Int32Array(count),
      calls: new Float64Array(count),
      touches: undefined,
      firstRun: Uint32Array.from(firstRun),
    },
    runs: {
      slotBytes: counts.slotBytes,
      pc: runs.pc.take(),
      instructions: runs.instructions.take(),
      times: runs.times.take(),
    },
    extraRows: {
      context: Uint32Array.from(extra, ([pc]) => contextOf.get(pc)!),
      pc: Uint32Array.from(extra, ([pc]) => pc),
      rows: Float64Array.from(extra, ([, rows]) => rows),
    },
    unmatched: 0,
    skipped: 0,
    forgotten: 0,
  }
}
