/** Where a guest stands in its tree of calls: plain data that travels from job to job and in saved runs. */
import { callsStruct, KIND_CALL, KIND_TAIL, LONG_SEARCHES, PATH_NONE, PATH_UNMATCHED } from '../../layout/calls.ts'
import { HEAD, type CallArea } from './area.ts'
import type { LeafRanges } from './marks.ts'
import { OTHER, UNMATCHED, type CallPaths } from './counts.ts'
import type { CallStack } from './stack.ts'

export interface OpenCalls {
  /** Those of the current context and of the frames, with all that lead there. */
  readonly paths: CallPaths
  /** Index of the current one. */
  readonly current: number
  /** Marker of the current step. */
  readonly step: number
  /** Open calls, the outermost first: the caller's path, the address behind the call, the low half of x2 at it. */
  readonly frames: { readonly path: Uint32Array; readonly ret: Uint32Array; readonly sp: Uint32Array }
  /** Long searches of the stack that may still find nothing. */
  readonly searches: number
  /** Leaves that have been touched; undefined where touches are not counted. */
  readonly touched?: LeafRanges | undefined
}

/** The guest's first instruction, at `pc`, is next. */
export function begin(area: CallArea, stack: CallStack, pc: number): void {
  prepare(area, stack, 0, LONG_SEARCHES)
  stack.current = stack.contexts.root(Math.max(0, area.functionAt(pc)), PATH_NONE)
}

/** Makes the contexts of open calls again in an area that has none. */
export function reopen(area: CallArea, stack: CallStack, open: OpenCalls): void {
  prepare(area, stack, open.step, open.searches)
  const { parent, function: of, isTail } = open.paths
  const places = new Uint32Array(parent.length)
  for (let path = 0; path < parent.length; path++) {
    if (of[path]! < 0) continue
    const caller = parent[path]!
    const kind = isTail[path] === 1 ? KIND_TAIL : KIND_CALL
    if (caller < 0) places[path] = stack.contexts.root(of[path]!, PATH_NONE)
    else if (of[caller] === UNMATCHED) places[path] = stack.contexts.root(of[path]!, PATH_UNMATCHED)
    else if (of[caller] === OTHER) {
      area.countsOthers = true
      places[path] = area.otherOf(of[path]!)
    } else places[path] = stack.contexts.child(places[caller]!, of[path]!, kind)
  }
  stack.current = places[open.current]!
  const { path, ret, sp } = open.frames
  for (let frame = 0; frame < path.length; frame++)
    stack.push({ context: places[path[frame]!]!, ret: ret[frame]!, sp: sp[frame]! })
}

function prepare({ u32, i32 }: CallArea, stack: CallStack, step: number, searches: number): void {
  i32[HEAD.step] = step
  u32[HEAD.budget] = searches
  u32[HEAD.used] = u32[HEAD.first]!
  u32[HEAD.entries] = 0
  u32[HEAD.mask] = callsStruct.table.least - 1
  stack.clear()
}
