/** Input specs: every form, and that each defect names the spec and the accepted forms. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { INPUT_FORMS, parseInput, readInputFile } from '../../../src/cli/options/input-spec.ts'
import { temporaryDirectory } from '../spawn.ts'

const bytes = async (spec: string): Promise<number[]> => [...(await parseInput(spec))]

test.each([
  ['hex:', []],
  ['hex:00ff10', [0, 255, 16]],
  ['hex:0xAb', [0xab]],
  ['0x01', []],
  ['0x010203', [2, 3]],
  ['0X01ff', [255]],
  // Each field word is one byte of the stream.
  ['0x020500000007000000', [5, 7]],
  ['u32:258', [2, 1, 0, 0]],
  ['u32:0xffffffff', [255, 255, 255, 255]],
  ['u64:800000', [0x00, 0x35, 0x0c, 0, 0, 0, 0, 0]],
  ['u64:18446744073709551615', [255, 255, 255, 255, 255, 255, 255, 255]],
  ['u64:1_000', [0xe8, 3, 0, 0, 0, 0, 0, 0]],
  ['utf8:', []],
  ['utf8:é:x', [0xc3, 0xa9, 0x3a, 0x78]],
])('%s', async (spec, wanted) => {
  expect(await bytes(spec)).toEqual(wanted)
})

test('file:PATH is the bytes of the file', async () => {
  const path = join(temporaryDirectory(), 'a:b.bin')
  writeFileSync(path, Uint8Array.of(1, 2, 3))
  expect(await bytes(`file:${path}`)).toEqual([1, 2, 3])
})

test.each([
  '',
  '5',
  'u8:1',
  'U64:1',
  'hex:abc',
  'hex:zz',
  '0x',
  '0x00',
  '0x03aa',
  '0x01a',
  '0x02010000',
  '0x02ffffffff',
  'u32:4294967296',
  'u32:-1',
  'u64:18446744073709551616',
  'u64:1.5',
  'u64:',
  'u64: 1',
  'u64:1__0',
  'file:',
])('%j is refused', async spec => {
  await expect(parseInput(spec)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    hint: `Accepted forms: ${INPUT_FORMS}.`,
    details: { spec },
  })
  await expect(parseInput(spec)).rejects.toThrow(JSON.stringify(spec))
})

test('a file that is not there is named', async () => {
  await expect(parseInput('file:/no/such/file')).rejects.toMatchObject({
    code: 'IO',
    message: expect.stringContaining('/no/such/file'),
    details: { path: '/no/such/file' },
  })
})

test('an input file holds records in order', async () => {
  const path = join(temporaryDirectory(), 'input.json')
  writeFileSync(path, JSON.stringify({ input: ['0x01aabb', '01cc', 'u32:1'] }))
  expect((await readInputFile(path)).map(record => [...record])).toEqual([[0xaa, 0xbb], [0xcc], [1, 0, 0, 0]])
})

test.each([
  ['not JSON', '{'],
  ['no object', '[]'],
  ['no array', '{"input":"0x01"}'],
  ['no strings', '{"input":[1]}'],
  ['a bad record', '{"input":["0x01a"]}'],
])('an input file with %s is refused', async (_what, text) => {
  const path = join(temporaryDirectory(), 'input.json')
  writeFileSync(path, text)
  await expect(readInputFile(path)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
})

test('an input file that is not there is refused by name', async () => {
  await expect(readInputFile('/no/such.json')).rejects.toThrow('/no/such.json')
})
