/** What a session is made of, and where its guest stands between two stretches. */
import type { Image } from '../elf/image.ts'
import type { AbiOptions, GuestAbi, HostState } from '../extensions/abi.ts'
import type { Machine } from '../machine/machine.ts'
import type { ModeResult } from '../modes/ledger.ts'
import type { Mode } from '../modes/mode.ts'
import type { ModeOptions } from '../modes/options.ts'
import type { ModeName } from '../modes/registry.ts'
import type { EngineChoice, EngineName } from './home.ts'
import type { JobResult, LibraryName } from './job.ts'
import type { WorkerPool } from './pool.ts'
import type { PrintReceiver } from './printer.ts'
import type { ProgressOptions } from './running-job.ts'
import type { Tier } from './tier.ts'

/** Where the guest stands after a stretch of execution; counts are since the guest's start. */
export interface SessionState extends Omit<JobResult, 'collected' | 'demand' | 'moved'> {
  /** Instructions of this stretch alone. */
  readonly executed: bigint
  /** What the guest ran in when it stopped. */
  readonly engine: EngineName
  /** What the mode has collected. */
  readonly result: ModeResult
}

/** Where a stretch begins. */
export interface Before extends Pick<SessionState, 'instructions' | 'cost'> {
  /** Default: none. */
  readonly interpreted?: bigint
  readonly interpretedNatively?: bigint
  /** Asked when a thread is there for the guest: one that has not begun is placed in memory then. */
  stand(): Pick<SessionState, 'pc' | 'host' | 'isInside'>
}

/** A stretch that goes on from `state`. */
export const behind = (state: SessionState): Before => ({ ...state, stand: () => state })

/** The guest, and what it runs in. */
export interface SessionGuest {
  readonly image: Image
  readonly abi: GuestAbi
  readonly mode: Mode<ModeName>
  readonly machine: Machine
}

export interface SessionOptions extends SessionGuest {
  readonly engine: EngineChoice
  /** The guest goes on in what this brings. */
  readonly tier?: Tier | undefined
  /** An interpreted guest: compares each call of an extension with the C of this library. */
  readonly witness?: LibraryName | undefined
  readonly pool: WorkerPool
  readonly print: PrintReceiver
  readonly progress?: ProgressOptions | undefined
  /** The mode keeps whatever may be needed, which takes longer, and never has to start over. */
  readonly careful?: boolean
}

export interface StartOptions extends AbiOptions, ModeOptions {}
/** What no saved run says: whoever resumes it does. */
export type GivenAnew = Pick<AbiOptions, 'directories'>

/** A stretch and the one behind it, as the caller sees them. */
export function asOneStretch(first: SessionState, second: SessionState): SessionState {
  const { trace: before } = first
  const { trace: after } = second
  return {
    ...second,
    executed: first.executed + second.executed,
    executeMs: first.executeMs + second.executeMs,
    trace: before === undefined || after === undefined ? undefined : before.concat(after),
  }
}

/** What one session is supplied with is not another's. */
export const apart = (host: HostState): HostState =>
  host.stream === undefined ? host : { ...host, stream: { ...host.stream, frames: [...host.stream.frames] } }

/** How a guest began that was supplied with frames since. */
export const withFrames = ({ stream, ...started }: StartOptions, supplied: readonly Uint8Array[]): StartOptions =>
  stream === undefined ? started : { ...started, stream: { ...stream, frames: [...stream.frames, ...supplied] } }
