/** Why replay ended early → the error that says so. */
import { abortError, RvrError } from '../../errors.ts'
import { hexText } from '../../hex.ts'
import { registerNames } from '../../isa/registers.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { fetchAt } from '../../program/slots.ts'
import type { Hart } from '../../program/hart.ts'
import { coderOf } from '../coding.ts'
import { touchesOf } from '../steps.ts'
import { reasonAgainst, unprovable } from '../unprovable.ts'
import { noMemory, type EngineGuest } from './engine.ts'
import { FAILURE_WORDS } from './records.ts'

/** The `enum` of templates/replay/replay.h. */
export const FINE = 0
const REFUSED = 1
const TIME = 9
const DIFFERS = 11
export const NO_MEMORY = 13
export const CANCELLED = 14
const UNFIT = 15

const CAUSES: Readonly<Record<number, string>> = {
  2: 'the tape ends',
  3: 'an access is outside of memory',
  4: 'control leaves the code',
  5: 'what the tape has of a host instruction is none of its records',
  6: 'the tape has another content of a block than the accesses before leave there',
  7: 'an AIR has more rows than were counted',
  8: 'a row asks for what is in no table',
  10: 'the guest ends',
  12: 'an instruction adds too many rows',
}

/** What differs at a checkpoint, behind the registers. */
const STATE = ['the pc', 'the length of the tape', 'the number of rows', 'the time'] as const

/** What C has noted of a failure. */
interface Noted {
  readonly why: number
  readonly part: number
  readonly pc: number
  readonly instret: number
  /** Words of the tape that were read. */
  readonly tape: number
  readonly what: number
  readonly x: BigUint64Array
}

export const failureRecord = (): BigUint64Array<ArrayBuffer> => new BigUint64Array(FAILURE_WORDS)

function noted(record: BigUint64Array): Noted {
  const [why, part, pc, instret, tape, what] = [...record.subarray(0, 6)].map(Number)
  return { why: why!, part: part!, pc: pc!, instret: instret!, tape: tape!, what: what!, x: record.slice(6, 38) }
}

/** What replay was of, in errors. */
export interface FailureContext {
  readonly guest: EngineGuest
  /** What a part is: a piece, or a fragment. */
  readonly part: 'piece' | 'fragment'
  readonly signal?: AbortSignal | undefined
}

const hint = 'What was recorded is damaged, or of another guest or machine: record the segment again.'

/** An error of a trace that does not go as it was recorded. */
export function diverged(why: string, details: Readonly<Record<string, unknown>>): RvrError {
  const { pc, instret } = details as { readonly pc?: number; readonly instret?: number }
  const place = pc === undefined ? '' : ` at instruction ${instret}, ${hexText(pc)}`
  return new RvrError('DIVERGED', `replay does not go as it was recorded${place}: ${why}`, { hint, details })
}

/** Why no rows show the instruction that replay stopped at; undefined where they do. */
function refusal({ guest, engine }: EngineGuest, { pc, x }: Noted): string | undefined {
  const { image, abi } = guest
  const instr = fetchAt(image, decoderFor(image.xlen, abi), pc)?.instr
  if (instr === undefined) return undefined
  if (coderOf(engine.set)(instr) === undefined) return `no AIR has the instruction ${instr.row.name}`
  const hart = { x, xlen: image.xlen, pc, window: image.memory } as Hart
  return reasonAgainst(instr, touchesOf(instr, hart, abi), hart)
}

export function failureOf(record: BigUint64Array, { guest, part, signal }: FailureContext): RvrError {
  const found = noted(record)
  const { why, pc, instret, tape, what } = found
  const details = { [part]: found.part, pc, instret, tape }
  if (why === CANCELLED) return abortError('the trace', signal)
  if (why === NO_MEMORY) return noMemory('the blocks that a segment accesses')
  if (why === REFUSED) {
    const reason = refusal(guest, found)
    return reason === undefined
      ? diverged('no row shows the instruction', details)
      : unprovable(reason, { pc, instret })
  }
  if (why === TIME) return unprovable('its segment takes more than 2^29 − 1 steps of time', { pc, instret })
  if (why === UNFIT) return diverged('the fragment has no place in the tables', details)
  if (why === DIFFERS) {
    const cursor = STATE[what - 32] ?? `register ${registerNames[what]}`
    return diverged(`${cursor} is not as at the next checkpoint`, { ...details, cursor })
  }
  return diverged(CAUSES[why] ?? `reason ${why}`, details)
}
