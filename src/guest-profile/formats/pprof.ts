/** Profiles for `go tool pprof` and what else reads its format: a gzip'd protobuf. */
import { gzipSync } from 'node:zlib'
import {
  emptyTableToken,
  Function as PprofFunction,
  Label,
  Line,
  Location,
  Mapping,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format'
import type { GuestProfile } from '../guest-profile.ts'
import { costTable, type CostTable } from './cost-table.ts'
import type { FormatOptions, ProfileFormat } from './format.ts'
import { DEEPER, Stacks } from './stacks.ts'
import { stepTitle } from './step-title.ts'

/** Messages that follow each other are one, so no list of all samples or locations is needed. */
const BATCH = 4096

interface Place {
  readonly file: number
  readonly line: number
}

const NOWHERE: Place = { file: -1, line: 0 }

/** One frame of a location: a function, and the line in it. */
interface Frame extends Place {
  /** Index, or -1 for frames that were left out. */
  readonly function: number
}

/** What samples refer to, numbered from 1 on as it is needed. */
class Tables {
  readonly #profile: GuestProfile
  readonly strings = new StringTable()
  readonly functions: PprofFunction[] = []
  readonly locations: Location[] = []
  readonly #functionIds = new Map<string, number>()
  readonly #locationIds = new Map<string, number>()

  constructor(profile: GuestProfile) {
    this.#profile = profile
  }

  /** A function has one file in pprof: one that is written in several is several there. Only names count by default. */
  #functionId(index: number, file: number): number {
    const key = `${index} ${file}`
    const known = this.#functionIds.get(key)
    if (known !== undefined) return known
    const id = this.functions.length + 1
    const { functions, files } = this.#profile
    const of = functions[index]
    const name = of?.name ?? DEEPER
    this.functions.push(
      new PprofFunction({
        id,
        name: this.strings.dedup(name),
        // Where it is the name itself pprof takes that for C++ and leaves out what is in brackets.
        systemName: this.strings.dedup(of?.symbol ?? ''),
        filename: this.strings.dedup(files[file] ?? ''),
        startLine: of?.file === file ? of.line : 0,
      }),
    )
    this.#functionIds.set(key, id)
    return id
  }

  /** @param frames inlined ones first, the one whose code it is last */
  locationId(frames: readonly Frame[]): number {
    const key = frames.map(frame => `${frame.function} ${frame.file} ${frame.line}`).join()
    const known = this.#locationIds.get(key)
    if (known !== undefined) return known
    const id = this.locations.length + 1
    const address = this.#profile.functions[frames.at(-1)!.function]?.address ?? 0
    const line = frames.map(
      frame => new Line({ functionId: this.#functionId(frame.function, frame.file), line: frame.line }),
    )
    this.locations.push(new Location({ id, mappingId: 1, address, line }))
    this.#locationIds.set(key, id)
    return id
  }
}

/** Debug information nests no calls as deep; what does it all the same is told in pieces. */
const MOST_INLINED = 1000

/** Locations of the stacks of a profile, innermost first. */
class Callers {
  readonly #profile: GuestProfile
  readonly #stacks: Stacks
  readonly #tables: Tables
  /** By node: the one whose code it is a part of, itself where it is not inlined. */
  readonly #owner: Uint32Array
  /** By node that is an owner: the location of its call. */
  readonly #callLocation: Uint32Array

  constructor(profile: GuestProfile, costs: CostTable, tables: Tables, mostFrames?: number) {
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

/** A part of the message, without strings: those are written once, at the end. */
const encode = (part: ConstructorParameters<typeof Profile>[0]): Uint8Array =>
  new Profile({ ...part, stringTable: new StringTable(emptyTableToken) }).encode()

function* samples(profile: GuestProfile, costs: CostTable, tables: Tables, callers: Callers): Generator<Uint8Array> {
  const { steps } = profile
  const key = tables.strings.dedup('step')
  const labels = steps.map(step => [new Label({ key, str: tables.strings.dedup(stepTitle(step)) })])
  let batch: Sample[] = []
  for (let row = 0; row < costs.node.length; row++) {
    batch.push(
      new Sample({
        locationId: callers.locations(costs.node[row]!, { file: costs.file[row]!, line: costs.line[row]! }),
        value: costs.figures.map(figure => figure.costs[row]!),
        label: steps.length > 1 ? (labels[costs.step[row]!] ?? []) : [],
      }),
    )
    if (batch.length < BATCH) continue
    yield encode({ sample: batch })
    batch = []
  }
  yield encode({ sample: batch })
}

function mappingOf({ guest, functions }: GuestProfile, strings: StringTable): Mapping {
  const addresses = functions.flatMap(({ address }) => (address === undefined ? [] : [address]))
  return new Mapping({
    id: 1,
    memoryStart: addresses.reduce((a, b) => Math.min(a, b), 2 ** 32),
    memoryLimit: 2 ** 32,
    filename: strings.dedup(guest.name),
    buildId: strings.dedup(guest.digest),
    hasFunctions: true,
    hasFilenames: true,
    hasLineNumbers: true,
    hasInlineFrames: true,
  })
}

/**
 * The message in pieces, not compressed.
 *
 * @param mostFrames of all stacks together, as far as they are not shorter anyway
 */
export function* pprofMessage(
  profile: GuestProfile,
  { unit }: FormatOptions,
  mostFrames?: number,
): Generator<Uint8Array> {
  const tables = new Tables(profile)
  const { strings } = tables
  const costs = costTable(profile, unit)
  const count = strings.dedup('count')
  yield encode({
    sampleType: costs.figures.map(({ name }) => new ValueType({ type: strings.dedup(name), unit: count })),
  })
  yield* samples(profile, costs, tables, new Callers(profile, costs, tables, mostFrames))
  yield encode({ mapping: [mappingOf(profile, strings)] })
  for (let from = 0; from < tables.locations.length; from += BATCH)
    yield encode({ location: tables.locations.slice(from, from + BATCH) })
  yield encode({ function: tables.functions })
  const comment = [`machine: ${profile.machine.name}`, ...profile.warnings].map(text => strings.dedup(text))
  yield new Profile({ comment, defaultSampleType: strings.dedup(unit), stringTable: strings }).encode()
}

function* gzipped(profile: GuestProfile, options: FormatOptions): Generator<Uint8Array> {
  yield gzipSync(Buffer.concat([...pprofMessage(profile, options)]))
}

export const pprof: ProfileFormat = {
  name: 'pprof',
  extension: '.pb.gz',
  summary: 'for go tool pprof, both units, inlined functions as such, steps as tags',
  isBinary: true,
  write: gzipped,
}
