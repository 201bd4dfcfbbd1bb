/** What a format is in which profiles of guests leave rvr. */
import type { GuestProfile } from '../guest-profile.ts'
import type { GuestSource } from '../guest-source.ts'
import type { Unit } from '../views/amount.ts'

/** What costs are told in. */
export type ProfileUnit = Unit

export interface FormatOptions {
  /** Formats that hold both units show this one first. */
  readonly unit: ProfileUnit
  /** For formats that show what was not executed too. */
  readonly source?: GuestSource | undefined
}

export interface ProfileFormat {
  readonly name: string
  /** Of its files, with the dot. */
  readonly extension: string
  /** What it is for, in a few words. */
  readonly summary: string
  /** Is it no text, so that it does not belong on a terminal? */
  readonly isBinary: boolean
  /** The file in pieces of moderate size, each made when it is asked for. */
  readonly write: (profile: GuestProfile, options: FormatOptions) => Iterable<string | Uint8Array>
}
