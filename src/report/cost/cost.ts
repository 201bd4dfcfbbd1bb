/** The report of `rvr cost`: what a guest costs, and the breakdown that was asked for. */
import { profileJson, entriesText } from '../profiles/entries.ts'
import { runJson, type ReportedArtifact, type ReportedGuest, type ReportedRun } from '../run/json.ts'
import { chipsText } from '../segments/text.ts'
import { meteredFacts } from '../segments/facts.ts'
import type { Breakdown } from './measurement.ts'
import { line } from '../form/table.ts'
import { count, grouped, sizeText } from '../form/units.ts'

/** A guest that was run in mode `metered`, and in mode `profile` where that breakdown was asked for. */
export interface CostRun {
  readonly guest: ReportedGuest
  readonly artifact: ReportedArtifact
  readonly metered: ReportedRun
  readonly profiled: ReportedRun | undefined
}

/** The object of `rvr cost --json`, the comparison excepted. */
export function costJson({ guest, artifact, metered, profiled }: CostRun) {
  return {
    guest: { path: guest.path, digest: guest.digest },
    machine: metered.machine.digest,
    ...runJson(metered, artifact),
    ...(profiled !== undefined && profileJson(profiled)),
  }
}

/** The text of `rvr cost`, the comparison excepted. */
export function costText({ guest, metered, profiled }: CostRun, shown: Breakdown, top: number): string {
  const { outcome, exitCode, trap } = metered
  const facts = meteredFacts(metered)!
  const number = facts.segments.length + (facts.openSegment === undefined ? 0 : 1)
  return [
    line('guest', guest.path),
    line(
      outcome,
      trap !== undefined
        ? `${trap.kind}: ${trap.message}`
        : exitCode === undefined
          ? 'by a limit: what follows is the cost up to there'
          : `exit code ${exitCode}`,
    ),
    line('cost', `${grouped(metered.cost!)} trace cells`),
    line('instructions', grouped(metered.instret)),
    line(
      'segments',
      `${count(number, 'segment', 'segments')}, peak memory ${sizeText(facts.peakMemoryBytes)} (estimate)`,
    ),
    shown === 'chips'
      ? chipsText(facts.chips, metered.cost!, top)
      : shown === 'functions'
        ? entriesText('function', profiled!.profile!.functions, top)
        : entriesText('operation', profiled!.profile!.opcodes, top),
  ].join('')
}
