/** What mode `calls-memory` adds to the C of mode `calls`: the first touch of a leaf counts in the current context. */
import { meterLayoutOf } from '../../machine/leaves.ts'
import { resourceText } from '../../resources.ts'
import type { Emission, EmissionTarget } from '../mode.ts'
import { callsEmission } from './emission.ts'
import { markBytes } from './marks.ts'

/** A native interpreter has the C of both modes in one library. */
const renamed = (text: string): string =>
  text.replaceAll(/\brvr_(?=enter_child|search|begin_step|forget)/g, 'rvr_memory_')

export function callsMemoryEmission(target: EmissionTarget): Emission {
  const { machine, atHand } = target
  const calls = callsEmission(target)
  // A native interpreter asks where it is only when it counts, which comes later.
  const arrived = atHand === undefined ? [] : [`context = arrive_at(m, context, ${atHand.pc});`]
  const { leafShift } = meterLayoutOf(machine)
  const constants = `enum { CALLS_LEAF_SHIFT = ${leafShift}, CALLS_MARK_BYTES = ${markBytes(machine)} };`
  const header = resourceText('templates/modes/calls/leaves.h').replace('/* CONSTANTS */', constants)
  return {
    ...calls,
    accessed: ({ address, width, isAligned }) => [
      ...arrived,
      isAligned ? `touch_leaf(m, context, ${address});` : `touch_leaves(m, context, ${address}, ${width});`,
    ],
    rangeTouched: (address, length) => [...arrived, `touch_leaves(m, context, ${address}, ${length});`],
    files: calls.files!.map(({ path, content }) => ({
      path,
      content: renamed(path === 'contexts.h' ? `${content}\n${header}` : content),
    })),
  }
}
