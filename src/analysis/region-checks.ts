/** Where a region checks addresses: facts flow through its blocks and through the fast copies of its loops. */
import type { Image } from '../elf/image.ts'
import type { Instr } from '../isa/row.ts'
import { checkOffsets, planChecks, type BlockChecks, type Covered } from './block-checks.ts'
import { meet, noFacts, type Facts } from './facts.ts'
import { solve } from './flow.ts'
import type { FastLoop } from './loops/fast-loop.ts'
import { learnHoisted } from './loops/hoist.ts'

/** The code of a region, by position. */
export interface RegionCode {
  /** Whose registers and memory they are. */
  readonly image: Pick<Image, 'xlen' | 'direct'>
  readonly bodies: readonly (readonly Instr[])[]
  /** Successors inside the region; positions are in reverse postorder. */
  readonly next: readonly (readonly number[])[]
  readonly isHeader: (position: number) => boolean
  /** Loops that have fast copies. */
  readonly loops: readonly FastLoop[]
  /** Blocks of loops that have no other copy. */
  readonly replaced: ReadonlySet<number>
}

export interface RegionChecks {
  /** By position. */
  readonly blocks: readonly BlockChecks[]
  /** By loop, those of its fast copy's blocks. */
  readonly copies: readonly (readonly BlockChecks[])[]
  /** By position, what is known in front of a block; undefined where no way leads. */
  readonly entering: readonly (Facts | undefined)[]
}

/** Runs the facts to a fixed point, and plans the checks by what is known then. */
export function proveChecks(code: RegionCode): RegionChecks {
  const nodes = nodesOf(code)
  const offsets = checkOffsets()
  const checks: BlockChecks[] = []
  const nothing = noFacts(code.image)
  const plan = (node: number, facts: Facts): Facts => {
    const { body, covered } = nodes[node]!
    const planned = planChecks(body, facts, offsets, covered)
    checks[node] = planned.checks
    return planned.behind
  }
  const entering = solve<Facts>({
    direction: 'forward',
    next: nodes.map(({ next }) => next),
    beside: nodes.map(({ before }) => before),
    start: node => (node === 0 ? nothing : undefined),
    pass: (node, facts) => {
      const { proven } = nodes[node]!
      if (proven === undefined) return plan(node, facts)
      const own = facts.slice()
      learnHoisted(own, proven)
      return plan(node, own)
    },
    meet: (known, arriving, node) => meet(known, arriving, nodes[node]!.widens),
  })
  for (let node = 0; node < nodes.length; node++) if (checks[node] === undefined) plan(node, nothing)
  const blocks = checks.slice(0, code.bodies.length)
  let end = blocks.length
  const copies = code.loops.map(loop => {
    const start = end
    end += loop.blocks.length + 1
    return checks.slice(start, end - 1)
  })
  return { blocks, copies, entering: entering.slice(0, blocks.length) }
}

/** A piece of code in the analysis of checks: a block of the region, or of a loop's fast copy. */
interface Node {
  readonly body: readonly Instr[]
  readonly next: readonly number[]
  readonly covered: Covered | undefined
  /** Set for the header of a fast copy, and for the place where a chunk ends in front of the slow one. */
  readonly proven: FastLoop | undefined
  /** Facts are dropped rather than narrowed here, so that iteration ends. */
  readonly widens: boolean
  /** Fast copies that control may enter in front of this block's own checks. */
  readonly before: number | undefined
}

/** Blocks in order, then for each fast loop its blocks and the end of its chunks. */
function nodesOf({ bodies, next, isHeader, loops, replaced }: RegionCode): Node[] {
  let free = bodies.length
  const starts = loops.map(({ blocks }) => {
    const start = free
    free += blocks.length + 1
    return start
  })
  const nodes = bodies.map((body, position): Node => {
    const isReplaced = replaced.has(position)
    const loop = loops.length === 0 ? -1 : loops.findIndex(({ header }) => header === position)
    return {
      body: isReplaced ? [] : body,
      next: isReplaced ? [] : next[position]!,
      covered: undefined,
      proven: undefined,
      widens: isHeader(position),
      before: loop < 0 ? undefined : starts[loop]!,
    }
  })
  for (const [number, loop] of loops.entries()) {
    const start = starts[number]!
    const end = start + loop.blocks.length
    for (const [index, position] of loop.blocks.entries()) {
      nodes.push({
        body: bodies[position]!,
        covered: loop.covered[index]!,
        proven: index === 0 ? loop : undefined,
        widens: index === 0,
        before: undefined,
        next: next[position]!.flatMap(target =>
          target === loop.header
            ? [start, end]
            : [loop.blocks.includes(target) ? start + loop.blocks.indexOf(target) : target],
        ),
      })
    }
    nodes.push({ body: [], next: [loop.header], covered: undefined, proven: loop, widens: false, before: undefined })
  }
  return nodes
}
