/** A place in the text of an AIR, and the error that names it. */
import { RvrError } from '../../errors.ts'

export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

export const placeText = ({ file, line, column }: Place): string => `${file}:${line}:${column}`

/** What is wrong with the text of an AIR, and where. */
export function airError(at: Place, message: string, hint = 'docs/air.md describes the language.'): RvrError {
  return new RvrError('MACHINE_INVALID', `${placeText(at)}: ${message}`, { hint, details: { ...at } })
}
