/** Profiles for `go tool pprof` and what else reads its format: a gzip'd protobuf. */
import { gzipSync } from 'node:zlib'
import { emptyTableToken, Label, Mapping, Profile, Sample, StringTable, ValueType } from 'pprof-format'
import type { GuestProfile } from '../guest-profile.ts'
import { costTable, type CostTable } from './cost-table.ts'
import type { FormatOptions, ProfileFormat } from './format.ts'
import { PprofCallers } from './pprof/callers.ts'
import { PprofTables } from './pprof/tables.ts'
import { stepTitle } from './step-title.ts'

/** Messages that follow each other are one, so no list of all samples or locations is needed. */
const BATCH = 4096

/** A part of the message, without strings: those are written once, at the end. */
const encode = (part: ConstructorParameters<typeof Profile>[0]): Uint8Array =>
  new Profile({ ...part, stringTable: new StringTable(emptyTableToken) }).encode()

function* samples(
  profile: GuestProfile,
  costs: CostTable,
  tables: PprofTables,
  callers: PprofCallers,
): Generator<Uint8Array> {
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
  const tables = new PprofTables(profile)
  const { strings } = tables
  const costs = costTable(profile, unit)
  const count = strings.dedup('count')
  yield encode({
    sampleType: costs.figures.map(({ name }) => new ValueType({ type: strings.dedup(name), unit: count })),
  })
  yield* samples(profile, costs, tables, new PprofCallers(profile, costs, tables, mostFrames))
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
