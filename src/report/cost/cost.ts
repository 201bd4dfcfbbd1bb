/** The report of `rvr cost`: what a guest costs, and the breakdown that was asked for. */
import { profileJson, entriesText } from '../profiles/entries.ts'
import type { ReportedArtifact, ReportedGuest } from '../compile/artifact.ts'
import { runJson, type ReportedRun } from '../run/json.ts'
import { measuredEnd, savedText } from '../run/text.ts'
import { chipsText, segmentsTotal } from '../segments/text.ts'
import { meteredFacts } from '../segments/facts.ts'
import type { Breakdown } from './measurement.ts'
import { line } from '../form/table.ts'
import { grouped } from '../form/units.ts'

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
    ...(profiled && profileJson(profiled)),
  }
}

/** Of the breakdown `shown` the `top` dearest entries and greatest changes. */
export interface CostView {
  readonly shown: Breakdown
  readonly top: number
}

const breakdownText: Readonly<Record<Breakdown, (run: CostRun, top: number) => string>> = {
  chips: ({ metered }, top) => chipsText(meteredFacts(metered)!.chips, metered.cost!, top),
  functions: ({ profiled }, top) => entriesText('function', profiled!.profile!.functions, top),
  opcodes: ({ profiled }, top) => entriesText('operation', profiled!.profile!.opcodes, top),
}

/** The text of `rvr cost`, the comparison excepted. */
export function costText(run: CostRun, { shown, top }: CostView): string {
  const { guest, metered } = run
  return [
    line('guest', guest.path),
    measuredEnd(metered, 'cost'),
    line('cost', `${grouped(metered.cost!)} trace cells`),
    savedText(metered),
    line('instructions', grouped(metered.instret)),
    line('segments', segmentsTotal(meteredFacts(metered)!)),
    breakdownText[shown](run, top),
  ].join('')
}
