/** The object of `rvr shards --json`; docs/json.md is its description. */
import { hexText } from '../../hex.ts'
import type { CrossingLine, CrossingPlace, GuestShard, ShardSide } from '../../shards/guest-shards.ts'
import type { ReportedArtifact } from '../compile/artifact.ts'
import { runJson } from '../run/json.ts'
import type { ShardedRun, ShardsView } from './view.ts'

const sideJson = ({ words, regions, functions }: ShardSide, { top }: ShardsView) => ({
  words,
  regions,
  functions: functions.slice(0, top),
})

const shardJson = ({ externalWrites, externalReads, ...counts }: GuestShard, view: ShardsView) => ({
  ...counts,
  externalWrites: sideJson(externalWrites, view),
  externalReads: sideJson(externalReads, view),
})

const placeJson = ({ pc, function: name }: CrossingPlace) => ({
  pc: pc === undefined ? undefined : hexText(pc),
  function: name,
})

const lineJson = ({ producer, consumer, region, words }: CrossingLine) => ({
  producer: placeJson(producer),
  consumer: placeJson(consumer),
  region,
  words,
})

/** The comparison excepted. */
export function shardsJson({ guest, run, shards }: ShardedRun, artifact: ReportedArtifact, view: ShardsView) {
  const { wordCost, totals, lines } = shards
  return {
    guest: { path: guest.path, digest: guest.digest },
    machine: run.machine.digest,
    ...runJson(run, artifact),
    shards: {
      wordCost,
      totals,
      list: shards.shards.map(shard => shardJson(shard, view)),
      lines: lines.slice(0, view.top).map(lineJson),
    },
  }
}
