/** The C of mode `preflight`: every load and store first puts what it finds on the tape. */
import { TAPE_HEADER_BYTES } from '../../layout/tape.ts'
import { resourceText } from '../../resources.ts'
import type { Emission } from '../mode.ts'

const template = (name: string): string => resourceText(`templates/modes/preflight/${name}`)

/**
 * Nothing tests whether there is room: an instruction adds two words at most, and the collector gives native code no
 * more instructions than that leaves room for.
 */
export function preflightEmission(): Emission {
  const content = template('tape.h').replace('HEADER_BYTES', `${TAPE_HEADER_BYTES}`)
  return {
    // Nothing else accesses the tape: so compilers may keep what memory holds while it is written.
    parameters: [{ type: 'reg *restrict', name: 'tape', initial: 'tape_end(m)', general: true }],
    accessed: ({ address, width, isAligned }) => [
      isAligned ? `*tape++ = aligned_at(m, ${address}, ${width});` : `tape = record(m, tape, ${address}, ${width});`,
    ],
    leavesCalls: true,
    leaving: ['*tape_used(m) = (uint64_t)(tape - tape_words(m));'],
    include: 'tape.h',
    files: [{ path: 'tape.h', content }],
  }
}
