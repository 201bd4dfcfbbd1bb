/** Profile files: what is written is read, runs add up in any order, and what does not fit is refused in words. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { addProfiles, countsOf, profileDigest, profileOf, type ExecutionProfile } from '../../src/profile/counts.ts'
import { addToProfile, profileText, readProfile, readProfiles } from '../../src/profile/file.ts'
import { errorOf } from '../run/support.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-profile-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const guest = { digest: 'a'.repeat(64), xlen: 64 as const }
const profile = (counts: Record<number, number>): ExecutionProfile =>
  profileOf(guest, new Map(Object.entries(counts).map(([pc, count]) => [Number(pc), count])))
const first = profile({ 4096: 3, 4100: 3, 4104: 7, 8192: 1 })
const second = profile({ 4100: 2, 4104: 1, 8188: 2 ** 40 })
let files = 0
const write = (text: string): string => {
  const path = join(directory, `file-${files++}`)
  writeFileSync(path, text)
  return path
}

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
  expect(await addToProfile(path, first)).toBe(path)
  expect(await readProfile(path, guest)).toEqual(first)
  await addToProfile(path, second)
  expect(await readProfile(path, guest)).toEqual(addProfiles([first, second]))
  expect(await readProfiles([path, write(profileText(first))], guest)).toEqual(addProfiles([first, first, second]))
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    format: 'rvr profile',
    version: 1,
    guest: guest.digest,
    xlen: 64,
  })
  expect(readdirSync(join(directory, 'new'))).toEqual(['guest.profile'])
})

test('blocks that another program cut otherwise mean the same', async () => {
  const text = profileText(first).replace('["0x1000",2,3]', '["0x1000",1,3],["0x1004",1,3]')
  expect(text).not.toBe(profileText(first))
  expect(await readProfile(write(text), guest)).toEqual(first)
})

const good = { format: 'rvr profile', version: 1, guest: guest.digest, xlen: 64 }
describe('refused', () => {
  test.each([
    ['no JSON', '{', 'format', 'not JSON'],
    ['something else', '{"input": []}', 'format', 'not a profile'],
    ['a list', '[]', 'format', 'not a profile'],
    ['a later version', JSON.stringify({ ...good, version: 2, blocks: {} }), 'version', 'version is 2'],
    ['no blocks', JSON.stringify(good), 'format', 'blocks'],
    ['a digest that is none', JSON.stringify({ ...good, guest: 'x', blocks: [] }), 'format', '64 hex digits'],
    ['a count of 0', JSON.stringify({ ...good, blocks: [['0x1000', 1, 0]] }), 'format', 'blocks.0.2'],
    ['a count that is no integer', JSON.stringify({ ...good, blocks: [['0x1000', 1, 1.5]] }), 'format', 'blocks.0.2'],
    ['a count above 2^53', JSON.stringify({ ...good, blocks: [['0x1000', 1, 2 ** 60]] }), 'format', 'blocks.0.2'],
    ['an odd address', JSON.stringify({ ...good, blocks: [['0x1002', 1, 1]] }), 'format', '0x1002'],
    [
      'blocks that overlap',
      JSON.stringify({
        ...good,
        blocks: [
          ['0x1000', 2, 1],
          ['0x1004', 1, 1],
        ],
      }),
      'format',
      'blocks.1',
    ],
    [
      'a block behind the last address',
      JSON.stringify({ ...good, blocks: [['0xfffffffc', 2, 1]] }),
      'format',
      'last address',
    ],
    ['another guest', JSON.stringify({ ...good, guest: 'b'.repeat(64), blocks: [] }), 'guest', 'another guest'],
    ['another width', JSON.stringify({ ...good, xlen: 32, blocks: [] }), 'guest', 'another guest'],
  ])('%s', async (_name, text, reason, message) => {
    const path = write(text)
    const error = await errorOf(readProfile(path, guest))
    expect(error).toMatchObject({
      code: 'INPUT_INVALID',
      hint: expect.stringContaining('--profile-out'),
      details: { path, reason },
    })
    expect(error.message).toContain(message)
    // Nothing is added to a file that is not understood.
    expect(await errorOf(addToProfile(path, first))).toMatchObject({ code: 'INPUT_INVALID' })
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('a file that is not there, and a place where none can be', async () => {
    expect(await errorOf(readProfile(join(directory, 'none'), guest))).toMatchObject({
      code: 'IO',
      details: { path: join(directory, 'none') },
    })
    expect(await errorOf(addToProfile(join(write('x'), 'below'), first))).toMatchObject({ code: 'IO' })
  })
})
