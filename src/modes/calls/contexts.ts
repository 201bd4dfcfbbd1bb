/** Contexts in the area: finds the one of a path and step, or makes it, as long as there is room. */
import {
  callsStruct,
  contextBytes,
  entryOffset,
  KIND_SHIFT,
  KIND_STEP,
  MOST_DEPTH,
  PATH_NONE,
  PATH_OTHER,
  PATH_UNMATCHED,
  UNIT,
} from '../../layout/calls.ts'
import { CONTEXT, HEAD, UNIT_WORDS, type CallArea } from './area.ts'

const TABLE = callsStruct.table.offset / 4
const ENTRY = {
  from: entryOffset('from') / 4,
  key: entryOffset('key') / 4,
  context: entryOffset('context') / 4,
  words: callsStruct.entry.bytes / 4,
} as const

const childKey = (of: number, kind: number): number => (of | (kind << KIND_SHIFT)) >>> 0
const stepKey = (step: number): number => ((step & 0xfff) | (KIND_STEP << KIND_SHIFT)) >>> 0

function hash(from: number, key: number): number {
  const mixed = Math.imul(from ^ Math.imul(key, 0x9e3779b1), 0x85ebca6b)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

export class Contexts {
  readonly #area: CallArea

  constructor(area: CallArea) {
    this.#area = area
  }

  /** The current step. */
  get step(): number {
    return this.#area.i32[HEAD.step]!
  }

  /** Nobody called it, or nobody knows who did. */
  root(of: number, parent: typeof PATH_NONE | typeof PATH_UNMATCHED): number {
    return this.at(this.#path(parent, of, 0), this.step)
  }

  /** The context that comes about when `context` calls a function, or jumps to it, in the current step. */
  child(context: number, of: number, kind: number): number {
    const area = this.#area
    if (area.get(context, CONTEXT.parent) === PATH_OTHER) return area.otherOf(of)
    const path = area.get(context, CONTEXT.path)
    if (area.get(path, CONTEXT.depth) >= MOST_DEPTH) {
      for (let above = path; above > PATH_OTHER; above = area.get(above, CONTEXT.parent))
        if (area.get(above, CONTEXT.function) === of) return this.at(above, this.step)
    }
    return this.at(this.#path(path, of, kind), this.step)
  }

  /** The context of a path in a step; `context` is any of the path. */
  at(context: number, step: number): number {
    const area = this.#area
    const path = area.get(context, CONTEXT.path)
    const parent = area.get(path, CONTEXT.parent)
    if (parent === PATH_OTHER || area.i32[path * UNIT_WORDS + CONTEXT.step] === step) return path
    const key = stepKey(step)
    const known = this.#find(path, key)
    if (known !== 0) return known
    const of = area.get(path, CONTEXT.function)
    const kind = area.get(path, CONTEXT.kind)
    return this.#make(path, key, { path, parent, function: of, kind, step, depth: area.get(path, CONTEXT.depth) })
  }

  /** The first context of a path. */
  #path(parent: number, of: number, kind: number): number {
    const area = this.#area
    const key = childKey(of, kind)
    const known = this.#find(parent, key)
    if (known !== 0) return known
    const depth = parent > PATH_OTHER ? area.get(parent, CONTEXT.depth) + 1 : 1
    return this.#make(parent, key, { path: area.u32[HEAD.used]!, parent, function: of, kind, step: this.step, depth })
  }

  #make(from: number, key: number, wanted: Parameters<CallArea['write']>[1]): number {
    const { u32 } = this.#area
    const of = wanted.function
    const place = u32[HEAD.used]!
    const units = contextBytes(this.#area.slotsOf(of)) / UNIT
    if (!this.#hasEntry() || place + units > u32[HEAD.limit]!) return this.#area.otherOf(of)
    this.#area.write(place, wanted)
    u32[HEAD.used] = place + units
    u32[HEAD.entries]!++
    this.#insert(from, key, place)
    return place
  }

  #find(from: number, key: number): number {
    const { u32 } = this.#area
    const mask = u32[HEAD.mask]!
    for (let index = hash(from, key) & mask; ; index = (index + 1) & mask) {
      const at = TABLE + index * ENTRY.words
      const context = u32[at + ENTRY.context]!
      if (context === 0 || (u32[at + ENTRY.from] === from && u32[at + ENTRY.key] === key)) return context
    }
  }

  #insert(from: number, key: number, context: number): void {
    const { u32 } = this.#area
    const mask = u32[HEAD.mask]!
    let index = hash(from, key) & mask
    while (u32[TABLE + index * ENTRY.words + ENTRY.context] !== 0) index = (index + 1) & mask
    const at = TABLE + index * ENTRY.words
    u32[at + ENTRY.from] = from
    u32[at + ENTRY.key] = key
    u32[at + ENTRY.context] = context
  }

  /** Room for one more, in a table that is at most half full. */
  #hasEntry(): boolean {
    const area = this.#area
    const { u32 } = area
    const size = u32[HEAD.mask]! + 1
    if ((u32[HEAD.entries]! + 1) * 2 <= size) return true
    if (size === callsStruct.table.count) return false
    clearTable(area)
    u32[HEAD.mask] = size * 2 - 1
    for (let place = u32[HEAD.first]!; place < u32[HEAD.used]!; place += area.sizeOf(place)) {
      const path = area.get(place, CONTEXT.path)
      if (path === place)
        this.#insert(
          area.get(place, CONTEXT.parent),
          childKey(area.get(place, CONTEXT.function), area.get(place, CONTEXT.kind)),
          place,
        )
      else this.#insert(path, stepKey(area.get(place, CONTEXT.step)), place)
    }
    return true
  }
}

/** Forgets all contexts, which stay where they are. */
export function clearTable({ u32 }: CallArea): void {
  u32.fill(0, TABLE, TABLE + (u32[HEAD.mask]! + 1) * ENTRY.words)
}
