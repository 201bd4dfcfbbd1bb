/** Packets: what is framed is read back, however it is cut, and nothing that is no packet is taken for one. */
import { expect, test } from 'vitest'
import { MOST_BODY, packet, PacketReader, type Received } from '../../src/gdb/packets.ts'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

function readAll(bytes: Uint8Array | string, piece = 1): Received[] {
  const reader = new PacketReader()
  const all = Buffer.from(bytes as Uint8Array)
  const found: Received[] = []
  for (let at = 0; at < all.length; at += piece) found.push(...reader.read(all.subarray(at, at + piece)))
  return found
}

test('a packet has a checksum of two digits', () => {
  expect(text(packet('OK'))).toBe('$OK#9a')
  expect(text(packet(''))).toBe('$#00')
  expect(text(packet('a$b'))).toBe('$a}\u0004b#44')
})

test('what is framed is read back, in pieces of any size', () => {
  const body = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256)).toString('latin1')
  for (const piece of [1, 2, 3, 64, 4096]) expect(readAll(packet(body), piece)).toEqual([{ type: 'packet', body }])
})

test('acknowledgements and interrupts stand between packets; what is cut off or damaged is no packet', () => {
  expect(readAll('+-\u0003')).toEqual([{ type: 'acknowledged' }, { type: 'again' }, { type: 'interrupt' }])
  expect(readAll('noise$g#67noise')).toEqual([{ type: 'packet', body: 'g' }])
  expect(readAll('$m0,4$g#67')).toEqual([{ type: 'packet', body: 'g' }])
  expect(readAll('$m0,4#$g#67')).toEqual([{ type: 'packet', body: 'g' }])
  expect(readAll('$g#68')).toEqual([{ type: 'damaged' }])
  expect(readAll('$g#zz')).toEqual([{ type: 'damaged' }])
})

test('a body longer than allowed is dropped', () => {
  expect(readAll(packet('m'.repeat(MOST_BODY)), 1000)).toHaveLength(1)
  expect(readAll(packet('m'.repeat(MOST_BODY + 1)), 1000)).toEqual([{ type: 'oversized' }])
})
