/** How much of a tape there is at most: in one job, and in one piece of it. */
import { TAPE_BYTES } from '../../layout/tape.ts'

/** Bytes of the tape of a job, also where the caller gives no limit. */
export const MOST_TAPE_BYTES = TAPE_BYTES
/** The least limit: native code gets far enough with it to be worth its while. */
export const LEAST_TAPE_BYTES = 2 ** 20
/** Native code hands back behind so many instructions at the latest, unless its regions need more. */
export const STRETCH_INSTRUCTIONS = 2 ** 18
/** A piece ends at the first turn of the driver loop behind so many. */
export const PIECE_INSTRUCTIONS = 2 ** 17
/** An instruction adds no more words to the tape, unless it is a call of an extension. */
export const INSTRUCTION_WORDS = 4096
