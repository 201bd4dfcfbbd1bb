/** The object of `rvr trace --json`. */
import { hexText } from '../../hex.ts'
import type { MachineFile } from '../../machine/machine.ts'
import type { SegmentTrace } from '../../sdk/traced.ts'
import type { Failure, RowPlace, SegmentCheck } from '../../trace/check/failure.ts'
import { milliseconds } from '../form/json.ts'

/** What is told of a segment: what stays when its tables are gone. */
export interface TracedSegment extends Pick<
  SegmentTrace,
  | 'index'
  | 'instretStart'
  | 'instructions'
  | 'filledBy'
  | 'chips'
  | 'chipsWithoutAir'
  | 'missing'
  | 'publics'
  | 'recordMs'
  | 'fillMs'
> {
  readonly check?: SegmentCheck | undefined
  readonly checkMs?: number | undefined
  /** What was written of it: the file's absolute path. */
  readonly file?: string | undefined
  readonly writeMs?: number | undefined
}

export interface TraceReport {
  readonly guest: { readonly path: string; readonly digest: string }
  readonly machine: string
  /** Chips whose predicted heights are bounds. */
  readonly memory: MachineFile['memory']
  readonly segments: readonly TracedSegment[]
}

/** Addresses as text, as everywhere. */
function placeJson<Place extends RowPlace>(place: Place) {
  const { instruction } = place
  return { ...place, instruction: instruction && { ...instruction, pc: hexText(instruction.pc) } }
}

function failureJson(failure: Failure): object {
  if (failure.kind === 'message') return { ...failure, parties: failure.parties.map(placeJson) }
  return failure.kind === 'constraint' || failure.kind === 'cell' ? placeJson(failure) : failure
}

export function traceJson({ guest, machine, segments }: TraceReport): object {
  const isChecked = segments.some(({ check }) => check !== undefined)
  return {
    guest,
    machine,
    passed: isChecked ? segments.every(({ check }) => check?.passed) : undefined,
    segments: segments.map(({ recordMs, fillMs, checkMs, writeMs, check, ...facts }) => ({
      ...facts,
      timing: milliseconds({ recordMs, fillMs, checkMs, writeMs }),
      check: check && { ...check, failures: check.failures.map(failureJson) },
    })),
  }
}
