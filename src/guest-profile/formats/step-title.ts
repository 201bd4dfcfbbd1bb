/** What a step is called where there is a word for it only. */
import type { ProfileStep } from '../guest-profile.ts'

export const stepTitle = ({ marker, name }: ProfileStep): string => name ?? (marker === 0 ? 'start' : `step ${marker}`)
