/** Cells of the memory tables, apportioned to those who touched the memory first. */
import type { CallContexts } from '../modes/calls/counts.ts'

/**
 * By node, in whole cells that add up to `memory`; undefined where either was not counted.
 *
 * @param nodeOf by path
 */
export function memoryByNode(
  memory: number | undefined,
  { path, touches }: CallContexts,
  nodeOf: Uint32Array,
  nodes: number,
): Float64Array | undefined {
  const all = touches?.reduce((sum, value) => sum + value, 0) ?? 0
  if (memory === undefined || touches === undefined || all === 0) return undefined
  const cells = new Float64Array(nodes)
  let before = 0
  let counted = 0
  for (let context = 0; context < path.length; context++) {
    before += touches[context]!
    const upTo = Math.floor(memory * (before / all))
    cells[nodeOf[path[context]!]!]! += upTo - counted
    counted = upTo
  }
  return cells
}
