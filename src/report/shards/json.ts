/** The object of `rvr shards --json`; docs/json.md is its description. */
import { hexText } from '../../hex.ts'
import type { CrossingLine, CrossingPlace, GuestShard, ShardSide } from '../../shards/guest-shards.ts'
import type { ReportedArtifact } from '../compile/artifact.ts'
import { runJson } from '../run/json.ts'
import type { ShardedRun, ShardsView } from './view.ts'

const pcJson = (pc: number | undefined) => (pc === undefined ? undefined : hexText(pc))

const sideJson = ({ words, regions, functions, instructions, copied }: ShardSide, { top }: ShardsView) => ({
  words,
  regions,
  functions: functions.slice(0, top),
  instructions: instructions.slice(0, top).map(({ pc, ...words }) => ({ pc: pcJson(pc), ...words })),
  copied,
})

const shardJson = ({ externalWrites, externalReads, ...counts }: GuestShard, view: ShardsView) => ({
  ...counts,
  externalWrites: sideJson(externalWrites, view),
  externalReads: sideJson(externalReads, view),
})

const placeJson = ({ pc, ...names }: CrossingPlace) => ({ pc: pcJson(pc), ...names })

const lineJson = ({ producer, consumer, region, words }: CrossingLine) => ({
  producer: placeJson(producer),
  consumer: placeJson(consumer),
  region,
  words,
})

/** The comparison excepted. */
export function shardsJson({ guest, run, shards }: ShardedRun, artifact: ReportedArtifact, view: ShardsView) {
  const { wordCost, totals, lines, copies } = shards
  return {
    guest: { path: guest.path, digest: guest.digest },
    machine: run.machine.digest,
    ...runJson(run, artifact),
    shards: {
      wordCost,
      totals,
      list: shards.shards.map(shard => shardJson(shard, view)),
      lines: lines.slice(0, view.top).map(lineJson),
      copies: copies.slice(0, view.top),
    },
  }
}
