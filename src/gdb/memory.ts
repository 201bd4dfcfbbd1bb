/** Packets `m`, `M` and `X`: guest memory. */
import { windowEnd } from '../elf/image.ts'
import { isInMemory } from '../program/access.ts'
import type { Debugger } from '../sdk/debugger/debugger.ts'
import { MALFORMED, NOWHERE, OK } from './answers.ts'
import { bytesOf, hexOf, number } from './hex.ts'
import { MOST_BODY } from './packets.ts'

interface Range {
  readonly address: number
  readonly length: number
}

function rangeOf(text: string): Range | undefined {
  const [address, length, ...others] = text.split(',').map(number)
  return address === undefined || length === undefined || others.length > 0 ? undefined : { address, length }
}

/** As much as there is and as an answer holds. */
export function readMemory(guest: Debugger, text: string): string {
  const range = rangeOf(text)
  if (range === undefined) return MALFORMED
  const { address, length } = range
  if (length === 0) return ''
  if (address < guest.memory.base) return NOWHERE
  const most = Math.min(length, windowEnd(guest.memory) - address, MOST_BODY / 2)
  if (most <= 0) return NOWHERE
  return hexOf(guest.readMemory(address, most))
}

function write(guest: Debugger, { address, length }: Range, bytes: Uint8Array | undefined): string {
  if (bytes?.length !== length) return MALFORMED
  if (!isInMemory(guest.memory, BigInt(address), length)) return NOWHERE
  if (length > 0) guest.writeMemory(address, bytes)
  return OK
}

/** `contentOf`: the bytes behind the colon, undefined where there are none. */
function writeAs(guest: Debugger, text: string, contentOf: (content: string) => Uint8Array | undefined): string {
  const colon = text.indexOf(':')
  const range = colon < 0 ? undefined : rangeOf(text.slice(0, colon))
  return range === undefined ? MALFORMED : write(guest, range, contentOf(text.slice(colon + 1)))
}

export const writeHex = (guest: Debugger, text: string): string => writeAs(guest, text, bytesOf)

export const writeBinary = (guest: Debugger, text: string): string =>
  writeAs(guest, text, content => Buffer.from(content, 'latin1'))
