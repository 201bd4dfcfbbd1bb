/** What a stage is: it makes one file from what its key parts tell, and opens what was made. */
import type { EventSink } from '../events.ts'
import type { Subject } from '../store/about.ts'
import type { Cache } from '../store/cache.ts'
import type { KeyPart } from '../store/digest.ts'
import type { PartDescription } from '../store/explain/description.ts'
import type { Details } from '../store/explain/details.ts'
import type { Entry } from '../store/lookup.ts'
import type { Manifest } from '../store/manifest.ts'
import type { RemoteTier } from '../store/remote/tier.ts'
import type { BuildDirectories } from './build-directories.ts'

/** A part of a stage's key: what it is of the stage's inputs, and what it says where two keys differ in it. */
export interface StagePart<Inputs, Kind extends string = string> extends PartDescription<Kind> {
  readonly of: (inputs: Inputs) => readonly KeyPart[]
}

/** What a stage works with, whatever it makes. */
export interface StageServices {
  readonly cache: Cache
  readonly remote?: RemoteTier | undefined
  readonly directories: BuildDirectories
}

/** What every request of a stage brings along. */
export interface StageRequest {
  readonly services: StageServices
  readonly events: EventSink
  readonly signal?: AbortSignal | undefined
  /** Say what differs from the nearest stored entry when something is not there: an event `cache-miss`. */
  readonly explainMisses?: boolean | undefined
  /**
   * Called when the artifact is not there at once, before anything that takes its time: work begins when the promise
   * resolves.
   */
  readonly beforeWork?: (() => Promise<void>) | undefined
  /** Called when no store has the artifact: it is made when the promise resolves. */
  readonly beforeMaking?: (() => Promise<void>) | undefined
}

/** What was made, beside the file itself. */
export interface Made<Report> {
  /** What the last tool saw, which decides the file's contents; default: the parts of the stage's own key. */
  readonly parts?: (() => readonly KeyPart[]) | undefined
  /** Facts for people and for finding entries again. */
  readonly info: Manifest['info']
  /** Called once it is certain that the file may be stored: what else is worth keeping. */
  readonly keep?: () => Promise<void>
  readonly report: Report
}

export interface Stage<Request extends StageRequest, Inputs, Opened, Report = undefined, Kind extends string = string> {
  /** In every key of the stage. */
  readonly name: string
  /** Name of the file that `make` leaves in its directory. */
  readonly file: string
  readonly parts: readonly StagePart<Inputs, Kind>[]
  /** What the parts are made from. Undefined: something of it cannot be known, so nothing is looked up and stored. */
  inputs(request: Request): Inputs | undefined
  /** Asks the world again, after the file was made: a sentence when something that the key tells of is no longer so. */
  changedMeanwhile?(request: Request): Promise<string | undefined>
  /** What lies behind the digests among the parts, for explanations. */
  details?(request: Request): Promise<Details>
  /** What entries are about that are worth comparing first. */
  subject?(request: Request): Subject
  /** What an entry is, by the facts in its manifest, in a few words. */
  title(info: Manifest['info']): string
  /** Makes the file in `directory`, which stays for a look where this rejects with `COMPILE_FAILED`. */
  make(request: Request, directory: string): Promise<Made<Report>>
  /**
   * Opens what was made: a file, or an entry of the store, whose open file belongs to the stage from then on. `events`
   * hear what its use may bring.
   *
   * @throws RvrError `ARTIFACT_REFUSED` for what is whole and is not what was asked for.
   */
  open(source: string | Entry, request: Request, events: EventSink): Opened | Promise<Opened>
}

/** What came of a request. Keys are absent where nothing was looked up. */
export interface Obtained<Opened, Report = undefined> {
  readonly opened: Opened
  readonly outcome: 'hit' | 'miss' | 'off'
  readonly key?: string
  readonly inputKey?: string
  /** The hit came from the remote store and is now in the one on this machine too. */
  readonly origin?: 'remote'
  /** Is the file in the store? Otherwise it is in a build directory. */
  readonly isKept: boolean
  /** Of what had to be made. */
  readonly made?: Report
  /** Milliseconds that finding and opening took. */
  readonly openMs: number
}
