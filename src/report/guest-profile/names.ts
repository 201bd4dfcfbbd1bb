/** How reports call functions and places of a profile. */
import type { GuestProfile } from '../../guest-profile/guest-profile.ts'

export const functionName = ({ functions }: GuestProfile, index: number): string => functions[index]!.name

const NO_LINE = '(no line)'

/** `file:line` */
export function placeName({ files }: GuestProfile, { file, line }: { readonly file: number; readonly line: number }) {
  return file < 0 ? NO_LINE : `${files[file]!}:${line === 0 ? '?' : line}`
}
