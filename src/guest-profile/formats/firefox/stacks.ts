/** Stacks as the Firefox Profiler has them: a tree of frames, which are functions at a line. */
import type { GuestProfile } from '../../guest-profile.ts'
import type { CostTable } from '../cost-table.ts'

/** Frames, as columns. */
export interface FirefoxFrames {
  readonly function: readonly number[]
  /** 0 where nothing says. */
  readonly line: readonly number[]
  readonly inlineDepth: readonly number[]
}

class Frames implements FirefoxFrames {
  readonly function: number[] = []
  readonly line: number[] = []
  readonly inlineDepth: number[] = []
  readonly #known = new Map<string, number>()

  of(index: number, line: number, inlineDepth: number): number {
    const key = `${index} ${line} ${inlineDepth}`
    let frame = this.#known.get(key)
    if (frame === undefined) {
      this.#known.set(key, (frame = this.function.length))
      this.function.push(index)
      this.line.push(line)
      this.inlineDepth.push(inlineDepth)
    }
    return frame
  }
}

export interface FirefoxStacks {
  readonly frames: FirefoxFrames
  /** By stack: its innermost frame, and the stack of its caller, which comes before it; -1: none. */
  readonly frame: readonly number[]
  readonly prefix: readonly number[]
  /** By row of the costs. */
  readonly ofRow: Uint32Array
}

/** Lines are those of the file that the function begins in; the profiler knows one file of each function. */
export function firefoxStacks({ nodes, functions }: GuestProfile, costs: CostTable): FirefoxStacks {
  const count = nodes.parent.length
  const inlineDepth = new Uint32Array(count)
  const frames = new Frames()
  const frameAt = (node: number, file: number, line: number): number => {
    const index = nodes.function[node]!
    return frames.of(index, file === functions[index]!.file ? line : 0, inlineDepth[node]!)
  }
  /** By node: what its caller executes meanwhile. */
  const callFrame = new Uint32Array(count)
  for (let node = 1; node < count; node++) {
    const parent = nodes.parent[node]!
    if (nodes.isInlined[node] === 1) inlineDepth[node] = inlineDepth[parent]! + 1
    callFrame[node] = frameAt(parent, nodes.callFile[node]!, nodes.callLine[node]!)
  }
  const rowFrame = Uint32Array.from(costs.node, (node, row) => frameAt(node, costs.file[row]!, costs.line[row]!))

  const frame: number[] = []
  const prefix: number[] = []
  const known = new Map<number, number>()
  const caller = new Int32Array(count).fill(-1)
  const stackOf = (node: number, own: number): number => {
    const key = node * frames.function.length + own
    let stack = known.get(key)
    if (stack === undefined) {
      known.set(key, (stack = frame.length))
      frame.push(own)
      prefix.push(caller[node]!)
    }
    return stack
  }
  for (let node = 1; node < count; node++) caller[node] = stackOf(nodes.parent[node]!, callFrame[node]!)
  const ofRow = Uint32Array.from(costs.node, (node, row) => stackOf(node, rowFrame[row]!))
  return { frames, frame, prefix, ofRow }
}
