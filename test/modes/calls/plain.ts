/** The rules of mode `calls` said plainly, over a trace of instructions: slow objects, and no line of the mode's own code. */
import type { Image } from '../../../src/elf/image.ts'
import { OTHER, UNMATCHED, type CallCounts } from '../../../src/modes/calls/counts.ts'

/** A place in the tree. */
export interface PlainNode {
  /** First address of the function; UNMATCHED or OTHER. */
  readonly function: number
  readonly isTail: boolean
  readonly steps: Map<number, { calls: number; touches: number; readonly times: Map<number, number> }>
  readonly children: PlainNode[]
}

interface Node extends PlainNode {
  readonly parent: Node | undefined
  readonly depth: number
  readonly children: Node[]
}

export interface PlainCalls {
  readonly roots: readonly PlainNode[]
  readonly unmatched: number
  readonly skipped: number
}

/** What is executed, one instruction at a time. */
export interface PlainStep {
  readonly pc: number
  readonly word: number
  readonly registers: readonly (readonly [register: number, value: bigint])[]
  readonly memory: readonly { readonly address: number; readonly bytes: number }[]
}

const MOST_DEPTH = 1000
/** Open calls that a return looks at: few, once so many have looked at more in vain. */
const MOST_SEARCHED = 65_536
const FEW_SEARCHED = 64
const LONG_SEARCHES = 1024

const node = (of: number, isTail: boolean, parent?: Node): Node => ({
  function: of,
  isTail,
  parent,
  depth: parent === undefined || parent.function < 0 ? 1 : parent.depth + 1,
  steps: new Map(),
  children: [],
})

const links = (register: number): boolean => register === 1 || register === 5

export class PlainTree {
  readonly roots: Node[] = []
  unmatched = 0
  skipped = 0
  #current: Node
  #step = 0
  #longSearches = LONG_SEARCHES
  #sp: number
  readonly #stack: { node: Node; ret: number; sp: number }[] = []
  /** Leaves that have been touched. */
  readonly #touched = new Set<number>()
  readonly #leafBytes: number | undefined
  readonly #functionOf: (pc: number) => number | undefined
  #last: { readonly pc: number; readonly word: number } | undefined

  /** Without `leafBytes` touches are not counted. */
  constructor(functionOf: (pc: number) => number | undefined, pc: number, sp: bigint, leafBytes?: number) {
    this.#leafBytes = leafBytes
    this.#functionOf = functionOf
    this.#current = node(functionOf(pc)!, false)
    this.roots.push(this.#current)
    this.#sp = Number(BigInt.asUintN(32, sp))
  }

  execute({ pc, word, registers, memory }: PlainStep): void {
    this.reach(pc)
    if ((word & 0xfffff) === 0x13 && word >>> 20 !== 0) this.#step = word >> 20
    const { times } = this.#context()
    for (const { address, bytes } of memory) this.#touch(address, bytes)
    times.set(pc, (times.get(pc) ?? 0) + 1)
    for (const [register, value] of registers) if (register === 2) this.#sp = Number(BigInt.asUintN(32, value))
    this.#last = { pc, word }
  }

  #touch(address: number, bytes: number): void {
    if (this.#leafBytes === undefined) return
    for (let at = address; at < address + bytes; at++) {
      const leaf = Math.floor(at / this.#leafBytes)
      if (this.#touched.has(leaf)) continue
      this.#touched.add(leaf)
      this.#context().touches++
    }
  }

  /** The instruction at `pc` is next. */
  reach(pc: number): void {
    const { pc: from, word } = this.#last ?? { pc: 0, word: 0 }
    this.#last = undefined
    const to = this.#functionOf(pc)
    const isJalr = (word & 0x707f) === 0x67
    const isJal = (word & 0x7f) === 0x6f
    if ((isJal || isJalr) && links((word >>> 7) & 31)) {
      this.#stack.push({ node: this.#current, ret: from + 4, sp: this.#sp })
      if (to !== undefined) this.#enter(this.#child(to, false))
    } else if (isJalr && links((word >>> 15) & 31)) this.#return(pc, to)
    if (to !== undefined && to !== this.#current.function) this.#jump(to)
  }

  #context() {
    const { steps } = this.#current
    let own = steps.get(this.#step)
    if (own === undefined) steps.set(this.#step, (own = { calls: 0, touches: 0, times: new Map() }))
    return own
  }

  #enter(to: Node): void {
    this.#current = to
    this.#context().calls++
  }

  #child(of: number, isTail: boolean): Node {
    const current = this.#current
    if (current.depth >= MOST_DEPTH) {
      for (let above: Node | undefined = current; above !== undefined; above = above.parent)
        if (above.function === of) return above
    }
    return this.#below(current, of, isTail)
  }

  #below(parent: Node, of: number, isTail: boolean): Node {
    let child = parent.children.find(known => known.function === of && known.isTail === isTail)
    if (child === undefined) parent.children.push((child = node(of, isTail, parent)))
    return child
  }

  #return(pc: number, to: number | undefined): void {
    const stack = this.#stack
    const most = this.#longSearches > 0 ? MOST_SEARCHED : FEW_SEARCHED
    const index = stack.findLastIndex(
      ({ node: caller, ret, sp }, at) =>
        at >= stack.length - most && (ret === pc || (sp === this.#sp && caller.function === to)),
    )
    if (index < 0 && Math.min(stack.length, most) > FEW_SEARCHED) this.#longSearches--
    if (index >= 0) {
      this.#current = stack[index]!.node
      this.skipped += stack.length - 1 - index
      stack.length = index
    } else if (to !== undefined && to !== this.#current.function) {
      this.unmatched++
      let root = this.roots.find(known => known.function === UNMATCHED)
      if (root === undefined) this.roots.push((root = node(UNMATCHED, false)))
      this.#enter(this.#below(root, to, false))
    }
  }

  #jump(to: number): void {
    for (let above = this.#current; above.isTail;) {
      above = above.parent!
      if (above.function !== to) continue
      this.#current = above
      return
    }
    this.#enter(this.#child(to, true))
  }
}

/** The start of the function that an address lies in, found the long way. */
export function plainFunctions({ segments, symbols, entry, sections }: Image): (pc: number) => number | undefined {
  const starts = new Set<number>()
  const code = segments.filter(({ executable }) => executable)
  const segmentOf = (pc: number) =>
    code.find(({ address, memorySize }) => pc >= address && pc + 4 <= address + memorySize && pc % 4 === 0)
  const named = symbols.filter(({ kind }) => kind === 'function')
  const add = (pc: number): void => {
    if (segmentOf(pc) !== undefined) starts.add(pc)
  }
  const addUnlessNamed = (pc: number): void => {
    if (!named.some(({ address, size }) => pc >= address && pc < address + size)) add(pc)
  }
  for (const { address } of named) add(address)
  addUnlessNamed(entry)
  for (const { address, bytes } of code) {
    const base = Math.ceil(address / 4) * 4
    add(base)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const wordAt = (pc: number): number => {
      const isData = sections.data.some(({ from, to }) => pc + 4 > from && pc < to)
      return isData || pc < base || pc + 4 > address + bytes.length ? 0 : view.getUint32(pc - address, true)
    }
    for (let pc = base; pc + 4 <= address + bytes.length; pc += 4) {
      const word = wordAt(pc)
      const before = wordAt(pc - 4)
      if (!links((word >>> 7) & 31)) continue
      if ((word & 0x7f) === 0x6f) {
        const bits = [31, 19, 18, 17, 16, 15, 14, 13, 12, 20, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21]
        const encoded = bits.reduce((value, bit) => value * 2 + ((word >>> bit) & 1), 0)
        addUnlessNamed(pc + 2 * (encoded >= 2 ** 19 ? encoded - 2 ** 20 : encoded))
      } else if (
        (word & 0x707f) === 0x67 &&
        (before & 0x7f) === 0x17 &&
        ((before >>> 7) & 31) === ((word >>> 15) & 31)
      ) {
        const target = pc - 4 + (before & 0xfffff000) + (word >> 20)
        addUnlessNamed(target - (target & 1))
      }
    }
  }
  const sorted = [...starts].toSorted((a, b) => a - b)
  return pc => {
    const segment = segmentOf(pc)
    return segment && sorted.findLast(start => start <= pc && start >= segment.address)
  }
}

/** Executions are said in words: `address:times`. */
type Line = readonly [
  depth: number,
  of: number,
  kind: string,
  step: number | 'none',
  calls: number,
  touches: number,
  times: string,
]

const timesText = (times: Iterable<readonly [number, number]>): string =>
  [...times]
    .toSorted(([a], [b]) => a - b)
    .map(([pc, count]) => `${pc.toString(16)}:${count}`)
    .join(' ')

/** A tree in an order that depends on nothing but what is in it. */
function linesOf(roots: readonly PlainNode[]): Line[] {
  const lines: Line[] = []
  const inOrder = (nodes: readonly PlainNode[]): PlainNode[] =>
    nodes.toSorted((a, b) => b.function - a.function || Number(b.isTail) - Number(a.isTail))
  const waiting: [PlainNode, number][] = inOrder(roots).map(root => [root, 0])
  for (;;) {
    const next = waiting.pop()
    if (next === undefined) return lines
    const [{ function: of, isTail, steps, children }, depth] = next
    const kind = isTail ? 'tail' : 'call'
    if (steps.size === 0) lines.push([depth, of, kind, 'none', 0, 0, ''])
    for (const [step, { calls, touches, times }] of [...steps].toSorted(([a], [b]) => a - b))
      lines.push([depth, of, kind, step, calls, touches, timesText(times)])
    for (const child of inOrder(children)) waiting.push([child, depth + 1])
  }
}

/** The same of what the mode reports. */
export function treeOf({ functions, paths, contexts, runs }: CallCounts): PlainNode[] {
  const nodes: PlainNode[] = Array.from(paths.parent, (_, path) => ({
    function: paths.function[path]! < 0 ? paths.function[path]! : functions[paths.function[path]!]!,
    isTail: paths.isTail[path] === 1,
    steps: new Map(),
    children: [],
  }))
  for (const [path, parent] of paths.parent.entries()) nodes[parent]?.children.push(nodes[path]!)
  for (const [context, path] of contexts.path.entries()) {
    const times = new Map<number, number>()
    for (let run = contexts.firstRun[context]!; run < contexts.firstRun[context + 1]!; run++) {
      for (let index = 0; index < runs.instructions[run]!; index++)
        times.set(runs.pc[run]! + index * 4, runs.times[run]!)
    }
    nodes[path]!.steps.set(contexts.step[context]!, {
      calls: contexts.calls[context]!,
      touches: contexts.touches?.[context] ?? 0,
      times,
    })
  }
  return nodes.filter((_, path) => paths.parent[path] === -1)
}

/** What tests compare. */
export const factsOfCalls = (counts: CallCounts): object => ({
  lines: linesOf(treeOf(counts)),
  unmatched: counts.unmatched,
  skipped: counts.skipped,
})

export const factsOfPlain = ({ roots, unmatched, skipped }: PlainCalls): object => ({
  lines: linesOf(roots),
  unmatched,
  skipped,
})

export { OTHER, UNMATCHED }
