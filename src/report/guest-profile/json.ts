/** The object of `rvr profile --json`; docs/json.md is its description. */
import type { GuestProfile } from '../../guest-profile/guest-profile.ts'
import { dearestCalls } from '../../guest-profile/views/calls.ts'
import { functionCosts } from '../../guest-profile/views/functions.ts'
import { instructionCosts } from '../../guest-profile/views/instructions.ts'
import { lineCosts } from '../../guest-profile/views/lines.ts'
import { stepCosts } from '../../guest-profile/views/steps.ts'
import { hexText } from '../../hex.ts'
import type { ReportedArtifact } from '../compile/artifact.ts'
import { runJson } from '../run/json.ts'
import { functionName } from './names.ts'
import { byCost, wholeOf } from './rows.ts'
import type { ProfiledRun } from './text.ts'
import type { Breakdown, ProfileView } from './view.ts'

/** A place in the source; keys are absent where nothing says. */
const placeJson = ({ files }: GuestProfile, file: number, line: number) => ({
  file: file < 0 ? undefined : files[file]!,
  line: line === 0 ? undefined : line,
})

const some = (calls: number): number | undefined => (calls === 0 ? undefined : calls)

function functionsJson(profile: GuestProfile, { unit, top, step }: ProfileView) {
  return byCost(functionCosts(profile, step), ({ self }) => self[unit])
    .filter(({ function: index }) => index !== profile.nodes.function[0])
    .slice(0, top)
    .map(({ function: index, calls, self, total }) => ({
      function: functionName(profile, index),
      symbol: profile.functions[index]!.symbol,
      calls: step === undefined ? some(calls) : undefined,
      self,
      total,
    }))
}

function callsJson(profile: GuestProfile, view: ProfileView) {
  const { nodes } = profile
  return dearestCalls(profile, view).calls.map(({ node, depth, self, total }) => ({
    depth,
    function: functionName(profile, nodes.function[node]!),
    inlined: nodes.isInlined[node] === 1 ? true : undefined,
    calls: view.step === undefined ? some(nodes.calls[node]!) : undefined,
    calledAt: nodes.callFile[node]! < 0 ? undefined : placeJson(profile, nodes.callFile[node]!, nodes.callLine[node]!),
    self,
    total,
  }))
}

/** Rows of the breakdown, in the order of its table. */
const rowsJson: Readonly<Record<Breakdown, (profile: GuestProfile, view: ProfileView) => object[]>> = {
  function: functionsJson,
  line: (profile, { unit, top, step }) =>
    byCost(lineCosts(profile, step), ({ self }) => self[unit])
      .slice(0, top)
      .map(({ file, line, function: index, times, self }) => ({
        ...placeJson(profile, file, line),
        function: file < 0 ? undefined : functionName(profile, index),
        times,
        self,
      })),
  instruction: (profile, { unit, top, step, instructionAt }) =>
    byCost(instructionCosts(profile, step), cost => cost[unit])
      .slice(0, top)
      .map(({ pc, function: index, file, line, instructions, cells }) => ({
        pc: hexText(pc),
        text: instructionAt(pc),
        function: functionName(profile, index),
        ...placeJson(profile, file, line),
        self: { instructions, cells },
      })),
  step: (profile, view) =>
    stepCosts(profile).map(({ step, self }) => {
      const { marker, name } = profile.steps[step]!
      return { marker, name, self, functions: functionsJson(profile, { ...view, step }) }
    }),
  call: callsJson,
}

/** The comparison and files excepted. */
export function profileReportJson({ guest, run, profile }: ProfiledRun, artifact: ReportedArtifact, view: ProfileView) {
  const { by, unit, step } = view
  return {
    guest: { path: guest.path, digest: guest.digest },
    machine: run.machine.digest,
    ...runJson(run, artifact),
    profile: {
      by,
      unit,
      step: step === undefined ? undefined : profile.steps[step]!.marker,
      total: wholeOf(profile, step),
      memory: profile.memory,
      rows: rowsJson[by](profile, view),
      warnings: profile.warnings,
    },
  }
}
