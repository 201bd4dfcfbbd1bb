/** The error of an interchange file that does not say what it should, with the place in the file. */
import { RvrError } from '../../errors.ts'

/** @param at path inside the file: `machine.constraints[3]` */
export const malformed = (at: string, message: string, cause?: unknown): RvrError =>
  new RvrError('INPUT_INVALID', `constraint system, ${at}: ${message}`, {
    hint: 'The file has to be a constraint system in the interchange format, .json or .json.gz; docs/apc.md has it.',
    details: { at },
    cause,
  })
