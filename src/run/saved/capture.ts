/** Everything of a suspended run, as an archive of content `run`. */
import type { Content } from '../../archive/write.ts'
import { RvrError } from '../../errors.ts'
import type { Ledger } from '../../modes/ledger.ts'
import type { Hart } from '../../program/hart.ts'
import type { SessionGuest, SessionState, StartOptions } from '../session-state.ts'
import { ByteStrings, type Keep } from './byte-strings.ts'
import { factSections, isSavedCause } from './facts.ts'
import { memorySections } from './pages.ts'
import { stateSections, type StateText } from './state.ts'

/** What a session knows beside its state. */
export interface Context {
  readonly guest: SessionGuest
  readonly hart: Hart
  readonly ledger: Ledger
  /** Undefined where it is not known. */
  readonly started: StartOptions | undefined
  readonly printedUntil: number
}

function originText(
  { inputs, stream, publicValuesBytes, seed, args, env, segmentLimits }: StartOptions,
  keep: Keep,
): StateText['origin'] {
  return {
    inputs: inputs.map(keep),
    stream: stream?.frames.map(keep),
    publicValuesBytes,
    seed: seed === undefined ? undefined : `${seed}`,
    args: args === undefined ? undefined : [...args],
    env: env === undefined ? undefined : { ...env },
    options: { segmentLimits },
  }
}

/** Pages are views of the guest's memory: nothing may run or change it until they have been written. */
export async function capture(
  { guest, hart, ledger, started, printedUntil }: Context,
  state: SessionState,
  signal?: AbortSignal,
): Promise<Content> {
  const { image, abi, mode, machine } = guest
  const { end, pc, isInside, instructions, cost } = state
  if (end.outcome !== 'suspended' || !isSavedCause(end.cause))
    throw new RvrError('INTERNAL', 'only a suspended run has a state to save')
  const strings = new ByteStrings()
  const keep: Keep = bytes => strings.add(bytes)
  const of = { guest: image.digest, machine: machine.digest, extensions: abi.digest, xlen: image.xlen }
  const stand = {
    stopCause: end.cause,
    pc,
    isInside,
    instructions,
    cost,
    printedUntil,
    registers: hart.x,
    reserved: hart.reserved[0]!,
  }
  const text = {
    host: abi.host.save(state.host, keep),
    collected: await ledger.save(keep),
    origin: mode.goesBack === true && started !== undefined ? originText(started, keep) : undefined,
  }
  return {
    content: 'run',
    sections: new Map([
      ...factSections({ ...of, abi: abi.name, mode: mode.name, ...stand }),
      ...(await memorySections(hart, signal)),
      ...strings.sections(),
      ...stateSections(text),
    ]),
  }
}
