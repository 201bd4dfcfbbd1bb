/** A profile as rvr keeps it (docs/schemas/guest-profile.json): all of it, to be compared with later. */
import { guestProfileText } from '../file.ts'
import type { ProfileFormat } from './format.ts'

export const json: ProfileFormat = {
  name: 'json',
  extension: '.json',
  summary: 'all of the profile, for --base and programs of your own',
  isBinary: false,
  write: guestProfileText,
}
