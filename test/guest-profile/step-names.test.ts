/** Names of steps from a file, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readStepNames } from '../../src/guest-profile/step-names.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-steps-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const path = join(directory, 'steps.json')
const read = (text: string): Promise<ReadonlyMap<number, string>> => {
  writeFileSync(path, text)
  return readStepNames(path)
}

test('by marker, or as a list', async () => {
  const byMarker = await read('{"0": "start", "-2048": "least", "2047": "most"}')
  expect(Object.fromEntries(byMarker)).toEqual({ '0': 'start', '-2048': 'least', '2047': 'most' })
  expect([...(await read('["start", "setup"]'))]).toEqual([
    [0, 'start'],
    [1, 'setup'],
  ])
  expect((await read('{}')).size).toBe(0)
})

test.for([
  ['{"1": "a"', 'it is not JSON'],
  ['"a"', 'at its top: wanted an object or a list'],
  ['{"2048": "a"}', 'at 2048: wanted a marker from -2048 to 2047'],
  ['{"01": "a"}', 'at 01: wanted a marker'],
  ['{"-0": "a"}', 'at -0: wanted a marker'],
  ['{"1": 5}', 'at 1: wanted a name in quotes'],
  ['["a", ""]', 'at 1: wanted a name that is not empty'],
  [JSON.stringify({ 1: 'x'.repeat(201) }), 'at 1: wanted a name of at most 200 characters'],
  [JSON.stringify(Array.from({ length: 2049 }, () => 'x')), 'at its top: wanted at most 2048 names'],
] as const)('%s: %s', async ([text, message]) => {
  const refused = await read(text).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'INPUT_INVALID', details: { path } })
  expect((refused as Error).message).toContain(`step names ${path}: ${message}`)
})

test('a file that is not there, and one that is too large', async () => {
  await expect(readStepNames(join(directory, 'none.json'))).rejects.toMatchObject({ code: 'IO' })
  writeFileSync(path, ' '.repeat(2 ** 20 + 1))
  await expect(readStepNames(path)).rejects.toMatchObject({ code: 'IO' })
})
