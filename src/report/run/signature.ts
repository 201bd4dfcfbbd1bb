/** The signature of a conformance test: what lies between two symbols when it has ended, as suites compare it. */
import type { Image } from '../../elf/image.ts'
import { RvrError } from '../../errors.ts'
import { hexText } from '../../hex.ts'
import { isInMemory } from '../../program/access.ts'
import type { Run } from '../../sdk/contract.ts'

/** A line of a signature is a word of so many bytes. */
const WORD_BYTES = 4
/** Bytes of a signature at most. */
const MOST_BYTES = 2 ** 24

export interface SignatureRange {
  readonly address: number
  readonly length: number
}

/** From `begin_signature` to `end_signature`. @throws RvrError `USAGE` where a guest has none of whole words. */
export function signatureRange({ symbols, memory }: Pick<Image, 'symbols' | 'memory'>): SignatureRange {
  const addressOf = (wanted: string): number => {
    const address = symbols.find(({ name }) => name === wanted)?.address
    if (address !== undefined) return address
    throw new RvrError('USAGE', `the guest has no symbol ${wanted}, so it has no signature`, {
      hint: 'Define begin_signature and end_signature around what the test writes, and do not strip them.',
    })
  }
  const address = addressOf('begin_signature')
  const end = addressOf('end_signature')
  const length = end - address
  const isWords = length >= 0 && length <= MOST_BYTES && length % WORD_BYTES === 0
  if (isWords && isInMemory(memory, BigInt(address), length)) return { address, length }
  const where = `from ${hexText(address)} to ${hexText(end)}`
  throw new RvrError('USAGE', `begin_signature and end_signature are no range of words in guest memory: ${where}`, {
    hint: `A signature is whole words of ${WORD_BYTES} bytes, ${MOST_BYTES} bytes at most.`,
  })
}

/** Each word on a line of its own, as 8 hex digits, in the order of addresses. */
export function signatureText({ memory }: Pick<Run, 'memory'>, { address, length }: SignatureRange): string {
  const bytes = Buffer.from(memory.read(address, length))
  const lines = Array.from({ length: length / WORD_BYTES }, (_, word) => {
    const digits = bytes.readUInt32LE(word * WORD_BYTES).toString(16)
    return `${digits.padStart(2 * WORD_BYTES, '0')}\n`
  })
  return lines.join('')
}
