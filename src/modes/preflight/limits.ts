/** How much of a tape there is at most: in one job, and in one piece of it. */

/** Bytes of the tape of a job, unless the caller gives another limit. */
export const MOST_TAPE_BYTES = 2 ** 30
/** The least limit: native code gets far enough with it to be worth its while. */
export const LEAST_TAPE_BYTES = 2 ** 20
/** A piece ends at the first hand-back behind so many instructions. */
export const PIECE_INSTRUCTIONS = 2 ** 19
/** An instruction adds no more words to the tape, unless it is a call of an extension. */
export const INSTRUCTION_WORDS = 4096
