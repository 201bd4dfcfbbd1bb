/** Profile files: what is written is read, runs add up in any order, and what does not fit is refused in words. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readArchive } from '../../src/archive/read.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { profileContent, profileIn } from '../../src/profile/content.ts'
import { addProfiles, countsOf, profileDigest, profileOf, type ExecutionProfile } from '../../src/profile/counts.ts'
import { addToProfile, readProfile, readProfiles } from '../../src/profile/file.ts'
import { errorOf } from '../run/support.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-profile-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const guest = { digest: 'a'.repeat(64), xlen: 64 as const }
const profile = (counts: Record<number, number>): ExecutionProfile =>
  profileOf(guest, new Map(Object.entries(counts).map(([pc, count]) => [Number(pc), count])))
const first = profile({ 4096: 3, 4100: 3, 4104: 7, 8192: 1 })
const second = profile({ 4100: 2, 4104: 1, 8188: 2 ** 40 })
let files = 0
const write = (content: string | Uint8Array): string => {
  const path = join(directory, `file-${files++}`)
  writeFileSync(path, content)
  return path
}
const abi = '5'.repeat(64)
const bytesOf = ({ guest: of, stretches }: ExecutionProfile): Promise<Uint8Array> =>
  encodeArchive(profileContent({ guest: of, abi, stretches }))

test('equal counts side by side are one block, and counts that are 0 are none', () => {
  expect(profile({ 4104: 7, 4096: 3, 4100: 3, 4108: 0, 8192: 7 }).stretches).toEqual([
    { pc: 4096, instructions: 2, count: 3 },
    { pc: 4104, instructions: 1, count: 7 },
    { pc: 8192, instructions: 1, count: 7 },
  ])
  expect(countsOf(first)).toEqual(
    new Map([
      [4096, 3],
      [4100, 3],
      [4104, 7],
      [8192, 1],
    ]),
  )
})

test('runs add up in any order, and the digest is that of the sums', () => {
  const sum = profile({ 4096: 3, 4100: 5, 4104: 8, 8188: 2 ** 40, 8192: 1 })
  expect(addProfiles([first, second])).toEqual(sum)
  expect(addProfiles([second, first])).toEqual(sum)
  expect(profileDigest(addProfiles([second, first]))).toBe(profileDigest(sum))
  const digests = [
    first,
    second,
    sum,
    { ...first, guest: 'b'.repeat(64) },
    { ...first, xlen: 32 as const },
    profile({ 4096: 3, 4100: 3, 4104: 7, 8196: 1 }),
  ].map(profileDigest)
  expect(new Set(digests).size).toBe(digests.length)
})

test('a sum stays at the greatest count', () => {
  const most = profile({ 4096: Number.MAX_SAFE_INTEGER })
  expect(addProfiles([most, most])).toEqual(most)
})

test('a file holds what was added to it, run after run, and nothing else is left behind', async () => {
  const path = join(directory, 'new', 'guest.profile')
  expect(await addToProfile(path, first, '1'.repeat(64))).toBe(path)
  expect(await readProfile(path, guest)).toEqual(first)
  await addToProfile(path, second, abi)
  const sum = addProfiles([first, second])
  expect(await readProfile(path, guest)).toEqual(sum)
  expect(await readProfiles([path, write(await bytesOf(first))], guest)).toEqual(addProfiles([first, first, second]))
  const archive = await readArchive(path)
  expect(archive.content).toBe('profile')
  expect(profileIn(archive)).toEqual({ guest: guest.digest, abi, stretches: sum.stretches })
  expect(readdirSync(join(directory, 'new'))).toEqual(['guest.profile'])
})

test('a count holds up to the next address, and what was not executed is 0', async () => {
  const archive = await readArchive(await bytesOf(first))
  expect([...archive.longs(0x502)].map(Number)).toEqual([4096, 4104, 4108, 8192, 8196])
  expect([...archive.longs(0x503)].map(Number)).toEqual([3, 7, 0, 1, 0])
  const none = await readArchive(await bytesOf(profile({})))
  expect([none.section(0x502).count, none.section(0x503).count, profileIn(none).stretches]).toEqual([0, 0, []])
  const last = profile({ [2 ** 32 - 4]: 5 })
  expect(await readProfile(write(await bytesOf(last)), guest)).toEqual(last)
})

/** An archive with such addresses and counts. */
const counted = (addresses: readonly number[], counts: readonly bigint[], digests = [guest.digest, abi]) =>
  encodeArchive({
    content: 'profile',
    sections: new Map<number, readonly ArrayBufferView[]>([
      [0x501, digests.map(digest => Buffer.from(digest, 'hex'))],
      [0x502, [BigUint64Array.from(addresses, BigInt)]],
      [0x503, [BigUint64Array.from(counts)]],
    ]),
  })
const earlier = `{"format":"rvr profile","version":1,"guest":"${guest.digest}","xlen":64,"blocks":[\n]}\n`
const later = async (): Promise<Uint8Array> => {
  const bytes = await bytesOf(first)
  bytes[8] = 2
  return bytes
}

describe('refused', () => {
  const others = [
    ['nothing', () => '', 'format', 'not a profile'],
    ['something else', () => '#'.repeat(100), 'format', 'not a profile'],
    [
      'another archive',
      () => encodeArchive({ content: 'traces', sections: new Map() }),
      'format',
      'not a profile: its content is traces',
    ],
    ['what an earlier rvr wrote', () => earlier, 'version', 'earlier rvr'],
    ['a later version', later, 'version', 'version 2'],
    ['few digests', () => counted([], [], [abi]), 'format', '1 digests'],
    ['few counts', () => counted([4096, 4100], [1n]), 'format', '1 counts'],
    ['a count of 0', () => counted([4096, 4100], [0n, 0n]), 'format', 'count 0'],
    ['a count as in front of it', () => counted([4096, 4100, 4104], [1n, 1n, 0n]), 'format', 'count 1'],
    ['no end', () => counted([4096, 4100], [1n, 2n]), 'format', 'count 1'],
    ['a count above 2^53', () => counted([4096, 4100], [1n << 53n, 0n]), 'format', 'count 0'],
    ['an odd address', () => counted([4097, 4104], [1n, 0n]), 'format', 'address 0'],
    ['addresses out of order', () => counted([4096, 4104, 4100], [1n, 2n, 0n]), 'format', 'address 2'],
    ['a block behind the last address', () => counted([2 ** 32 - 4, 2 ** 32 + 4], [1n, 0n]), 'format', 'address 1'],
    ['an address of 2^64 − 4', () => counted([4096, Number(2n ** 64n - 2048n)], [1n, 0n]), 'format', 'address 1'],
    ['another guest', () => counted([], [], [abi, abi]), 'guest', 'another guest'],
  ] as const
  test.each(others)('%s', async (_name, made, reason, message) => {
    const content = await made()
    const path = write(content)
    const error = await errorOf(readProfile(path, guest))
    expect(error).toMatchObject({
      code: 'INPUT_INVALID',
      hint: expect.stringContaining('--profile-out'),
      details: { path, reason },
    })
    expect(error.message).toContain(message)
    // Nothing is added to a file that is not understood.
    expect(await errorOf(addToProfile(path, first, abi))).toMatchObject({ code: 'INPUT_INVALID' })
    expect(readFileSync(path)).toEqual(Buffer.from(content))
  })

  test('a file that is not there, and a place where none can be', async () => {
    expect(await errorOf(readProfile(join(directory, 'none'), guest))).toMatchObject({
      code: 'IO',
      details: { path: join(directory, 'none') },
    })
    expect(await errorOf(addToProfile(join(write('x'), 'below'), first, abi))).toMatchObject({ code: 'IO' })
  })
})
