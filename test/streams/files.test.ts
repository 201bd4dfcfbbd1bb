/** Stores, orders and streams as files: what is written comes back, and what is damaged is refused. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { directoryStore, readOrder, readStream, writeOrder, writeStream, type PullOrder } from '../../src/index.ts'
import { MOST_ITEM_BYTES } from '../../src/streams/store.ts'
import { errorOf } from '../run/support.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-streams-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const at = (name: string): string => join(directory, name)

const guest = 'ab'.repeat(32)
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const stream = {
  guest,
  items: [
    { kind: 0, key: bytes(), payload: bytes() },
    { kind: 2 ** 32 - 1, key: bytes(1, 2, 3), payload: bytes(4, 5, 6, 7, 8, 9, 10, 11) },
    { kind: 7, key: new Uint8Array(2 ** 16), payload: new Uint8Array(1001).fill(255) },
  ],
}
const order: PullOrder = {
  guest,
  pulls: [
    { kind: 1, key: '', bytes: 0, pc: 0x20_0800, instret: 5 },
    { kind: 2, key: '00ff', bytes: 12, pc: 0x20_0804, instret: 9 },
  ],
}

describe('streams', () => {
  const file = at('good.stream')

  test('come back as they were', async () => {
    expect(await writeStream(file, stream)).toBe(file)
    expect(await readStream(file)).toEqual(stream)
    const empty = { guest, items: [] }
    await writeStream(at('empty.stream'), empty)
    expect(await readStream(at('empty.stream'))).toEqual(empty)
  })

  test('any byte of the header and any of the content counts', async () => {
    const good = readFileSync(file)
    const header = good.indexOf('\nsha256 ') + '\nsha256 '.length + 65
    const places = [...Array(header).keys(), ...Array.from({ length: 40 }, (_, index) => header + index * 61)]
    for (const place of places) {
      const bad = Buffer.from(good)
      bad[place]! ^= 1
      writeFileSync(at('bad.stream'), bad)
      const found = await readStream(at('bad.stream')).catch((error: unknown) => error)
      // Another digest of another guest is no damage that anybody can see; the guest refuses it.
      if (found instanceof Error) expect(found).toMatchObject({ code: 'STREAM_INVALID' })
      else expect(found).not.toEqual(stream)
    }
  })

  test.each([0, 5, 40, 200, -1])('cut at %i', async length => {
    const good = readFileSync(file)
    writeFileSync(at('cut.stream'), good.subarray(0, length < 0 ? good.length + length : length))
    expect(await errorOf(readStream(at('cut.stream')))).toMatchObject({ details: { what: 'damaged' } })
  })

  test('of a later version', async () => {
    writeFileSync(at('later.stream'), 'rvr stream\nversion 2\nwhatever')
    expect(await errorOf(readStream(at('later.stream')))).toMatchObject({ details: { what: 'version' } })
  })

  test('that are larger than may be take no memory', async () => {
    writeFileSync(at('large.stream'), 'rvr stream\nversion 1\n')
    truncateSync(at('large.stream'), 2 ** 32)
    expect(await errorOf(readStream(at('large.stream')))).toMatchObject({ code: 'IO', details: { limit: 2 ** 30 } })
  })
})

describe('orders', () => {
  test('come back as they were', async () => {
    expect(await readOrder(await writeOrder(at('order.json'), order))).toEqual(order)
    const empty = { guest, pulls: [] }
    expect(await readOrder(await writeOrder(at('empty.json'), empty))).toEqual(empty)
  })

  const cases: readonly [what: string, text: string, fault: string][] = [
    ['no JSON', '{"version":', 'damaged'],
    ['another file', '{"input": []}', 'damaged'],
    ['a later version', '{"version": 2}', 'version'],
    [
      'a key that is no hex',
      JSON.stringify({ version: 1, ...order, pulls: [{ ...order.pulls[0], key: 'x' }] }),
      'damaged',
    ],
    ['half a byte', JSON.stringify({ version: 1, ...order, pulls: [{ ...order.pulls[0], key: '123' }] }), 'damaged'],
    [
      'a length below 0',
      JSON.stringify({ version: 1, ...order, pulls: [{ ...order.pulls[0], bytes: -1 }] }),
      'damaged',
    ],
    ['a field too many', JSON.stringify({ version: 1, ...order, more: 1 }), 'damaged'],
  ]
  test.each(cases)('%s', async (_, text, what) => {
    writeFileSync(at('bad.json'), text)
    expect(await errorOf(readOrder(at('bad.json')))).toMatchObject({ code: 'STREAM_INVALID', details: { what } })
  })
})

describe('stores in directories', () => {
  function store(name: string, files: Readonly<Record<string, string>>): string {
    mkdirSync(at(name))
    for (const [file, content] of Object.entries(files)) writeFileSync(join(at(name), file), content)
    return at(name)
  }

  test('a file is an item', async () => {
    const items = await directoryStore(
      store('good', { '1-00ff': 'one', '0-': 'none', '4294967295-AB': 'large', '.git': '' }),
    )
    const text = async (kind: number, ...key: number[]) => {
      const found = await items.get(kind, bytes(...key))
      return found && Buffer.from(found).toString()
    }
    expect([await text(1, 0, 255), await text(0), await text(2 ** 32 - 1, 0xab)]).toEqual(['one', 'none', 'large'])
    expect([await text(1), await text(2, 0, 255), await text(1, 0, 255, 0)]).toEqual([undefined, undefined, undefined])
  })

  test.each([
    ['twice', { '1-AB': '', '1-ab': '' }, 'duplicate'],
    ['a name of nothing', { readme: '' }, 'damaged'],
    ['a kind that is too large', { '4294967296-00': '' }, 'damaged'],
    ['half a byte', { '1-0': '' }, 'damaged'],
    ['a leading zero', { '01-00': '' }, 'damaged'],
  ] as const)('%s', async (name, files, what) => {
    expect(await errorOf(directoryStore(store(name, files)))).toMatchObject({
      code: 'STREAM_INVALID',
      details: { what },
    })
  })

  test('which item is there twice', async () => {
    expect(await errorOf(directoryStore(store('both', { '7-00FF': '', '7-00ff': '' })))).toMatchObject({
      details: { what: 'duplicate', kind: 7, key: '00ff' },
    })
  })

  test('links lead nowhere', async () => {
    symlinkSync('/etc/passwd', join(store('links', {}), '1-00'))
    expect(await errorOf(directoryStore(at('links')))).toMatchObject({ details: { what: 'damaged' } })
  })

  test('an item of 4 GiB takes no memory', async () => {
    truncateSync(join(store('large', { '1-00': '' }), '1-00'), 2 ** 32)
    const error = await errorOf(Promise.resolve((await directoryStore(at('large'))).get(1, bytes(0))))
    expect(error).toMatchObject({ code: 'STREAM_INVALID', details: { what: 'oversized', kind: 1, key: '00' } })
    expect(MOST_ITEM_BYTES).toBe(2 ** 26)
  })

  test('no directory', async () => {
    expect(await errorOf(directoryStore(at('nowhere')))).toMatchObject({ code: 'IO', details: { path: at('nowhere') } })
  })
})
