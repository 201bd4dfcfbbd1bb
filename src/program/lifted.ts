/** Image → Graph, once for whoever asks: the same object as long as anybody has it. */
import type { Image } from '../elf/image.ts'
import type { Decoder } from '../isa/table.ts'
import { buildGraph } from './graph.ts'
import { lift } from './lift.ts'
import type { Graph } from './program.ts'

/** By the decoder and the length of spans. */
type Known = WeakMap<Decoder, Map<number, WeakRef<Graph>>>

/** Held weakly: an image lives as long as its guest does, and a large guest's graph is worth as much memory. */
const known = new WeakMap<Image, Known>()

let built = 0
/** How many graphs this thread has built. */
export const graphsBuilt = (): number => built

/** A guest's instructions, blocks and spans. `decode`: of its ABI. `longest`: instructions of a span at most. */
export function lifted(image: Image, decode: Decoder, longest: number): Graph {
  let byDecoder = known.get(image)
  if (byDecoder === undefined) known.set(image, (byDecoder = new WeakMap()))
  let byLength = byDecoder.get(decode)
  if (byLength === undefined) byDecoder.set(decode, (byLength = new Map()))
  const before = byLength.get(longest)?.deref()
  if (before !== undefined) return before
  const graph = buildGraph(lift(image, decode), longest)
  built++
  byLength.set(longest, new WeakRef(graph))
  return graph
}
