/** Stacks as pprof has them: a location for each function that has code, with those that are inlined there. */
import type { GuestProfile } from '../../guest-profile.ts'
import type { CostTable } from '../cost-table.ts'
import { NOWHERE, type Frame, type Place, type PprofTables } from './tables.ts'
import { Stacks } from '../stacks.ts'

/** Debug information nests no calls as deep; what does it all the same is told in pieces. */
const MOST_INLINED = 1000

/** Locations of the stacks of a profile, innermost first. */
export class PprofCallers {
  readonly #profile: GuestProfile
  readonly #stacks: Stacks
  readonly #tables: PprofTables
  /** By node: the one whose code it is a part of, itself where it is not inlined. */
  readonly #owner: Uint32Array
  /** By node that is an owner: the location of its call. */
  readonly #callLocation: Uint32Array

  constructor(profile: GuestProfile, costs: CostTable, tables: PprofTables, mostFrames?: number) {
    this.#profile = profile
    const rows = new Uint32Array(profile.nodes.parent.length)
    for (const node of costs.node) rows[node]!++
    this.#stacks = new Stacks(profile, rows, mostFrames)
    this.#tables = tables
    const { parent, isInlined, callFile, callLine } = profile.nodes
    const depth = new Uint32Array(parent.length)
    const owner = (this.#owner = new Uint32Array(parent.length))
    this.#callLocation = new Uint32Array(parent.length)
    for (let node = 1; node < parent.length; node++) {
      const caller = parent[node]!
      if (isInlined[node] === 1 && depth[caller]! < MOST_INLINED) {
        depth[node] = depth[caller]! + 1
        owner[node] = owner[caller]!
      } else {
        owner[node] = node
        this.#callLocation[node] = this.#location(caller, { file: callFile[node]!, line: callLine[node]! })
      }
    }
  }

  /** Of a node and those that it is inlined into. */
  #location(node: number, place: Place): number {
    const { parent, function: functions, callFile, callLine } = this.#profile.nodes
    const frames: Frame[] = [{ function: functions[node]!, ...place }]
    for (let at = node; at !== this.#owner[node]; at = parent[at]!)
      frames.push({ function: functions[parent[at]!]!, file: callFile[at]!, line: callLine[at]! })
    return this.#tables.locationId(frames)
  }

  /** @param place what the innermost function executes there */
  locations(node: number, place: Place): number[] {
    const { parent, function: functions } = this.#profile.nodes
    const ids: number[] = []
    let owner: number
    if (this.#stacks.isCut(node)) {
      const last = this.#stacks.last[node]!
      owner = this.#owner[last]!
      ids.push(this.#tables.locationId([{ function: functions[node]!, ...place }]))
      ids.push(this.#tables.locationId([{ function: -1, ...NOWHERE }]))
      ids.push(this.#location(last, NOWHERE))
    } else {
      owner = this.#owner[node]!
      ids.push(this.#location(node, place))
    }
    for (; owner > 0; owner = this.#owner[parent[owner]!]!) ids.push(this.#callLocation[owner]!)
    return ids
  }
}
