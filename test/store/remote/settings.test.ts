/** What may be said about a remote cache, and who wins where it is said twice. */
import { describe, expect, test } from 'vitest'
import { remoteSettings, type RemoteOptions } from '../../../src/store/remote/settings.ts'
import { fileWith, secret } from './server.ts'

const url = 'http://cache.example/rvr'
const environment = { RVR_REMOTE_CACHE: url, RVR_REMOTE_CACHE_SECRET: secret }

test('without an address there is no remote cache', async () => {
  expect(await remoteSettings(undefined, {})).toBeUndefined()
  expect(await remoteSettings({}, { RVR_REMOTE_CACHE: '' })).toBeUndefined()
  expect(await remoteSettings({ readOnly: true }, { RVR_REMOTE_CACHE_SECRET: 'short' })).toBeUndefined()
  expect(await remoteSettings(false, environment)).toBeUndefined()
})

test('the environment alone is enough, and options win', async () => {
  expect(await remoteSettings(undefined, environment)).toEqual({
    url,
    readOnly: false,
    secret: Buffer.from(secret),
    authorization: undefined,
    timeouts: { connectMs: 100, silenceMs: 2000, requestMs: 30_000, closeMs: 2000 },
  })
  const other = 'another secret of 16 bytes and more'
  expect(
    await remoteSettings(
      { url: 'https://other.example', secretFile: await fileWith(other), readOnly: false, timeouts: { connectMs: 7 } },
      { ...environment, RVR_REMOTE_CACHE_READ_ONLY: '1' },
    ),
  ).toMatchObject({
    url: 'https://other.example',
    secret: Buffer.from(other),
    readOnly: false,
    timeouts: { connectMs: 7, silenceMs: 2000 },
  })
  expect(
    await remoteSettings(
      {},
      { RVR_REMOTE_CACHE: url, RVR_REMOTE_CACHE_SECRET_FILE: await fileWith(other), RVR_REMOTE_CACHE_READ_ONLY: '1' },
    ),
  ).toMatchObject({ secret: Buffer.from(other), readOnly: true })
  expect(await remoteSettings({}, { ...environment, RVR_REMOTE_CACHE_READ_ONLY: '0' })).toMatchObject({
    readOnly: false,
  })
})

test.each([
  ['http://a.example/', 'http://a.example'],
  ['http://a.example:8080/x//', 'http://a.example:8080/x'],
])('the address %s is %s', async (given, wanted) => {
  expect((await remoteSettings({ url: given }, environment))?.url).toBe(wanted)
})

test('credentials come from a file, or a token from the environment', async () => {
  expect(
    (await remoteSettings({ credentialsFile: await fileWith('basic me:pass:word') }, environment))?.authorization,
  ).toBe(`Basic ${Buffer.from('me:pass:word').toString('base64')}`)
  expect(
    (await remoteSettings({}, { ...environment, RVR_REMOTE_CACHE_CREDENTIALS: await fileWith('Bearer abc') }))
      ?.authorization,
  ).toBe('Bearer abc')
  expect((await remoteSettings({}, { ...environment, RVR_REMOTE_CACHE_TOKEN: 'abc' }))?.authorization).toBe(
    'Bearer abc',
  )
})

test('without a secret nothing works but what is declared unsigned', async () => {
  await expect(remoteSettings({ url }, {})).rejects.toThrow('has no secret')
  expect((await remoteSettings({ url, unsigned: true }, {}))?.secret).toBeUndefined()
  expect((await remoteSettings({ url }, { RVR_REMOTE_CACHE_UNSIGNED: '1' }))?.secret).toBeUndefined()
  await expect(remoteSettings({ url, unsigned: true }, { RVR_REMOTE_CACHE_SECRET: secret })).rejects.toThrow('unsigned')
})

describe('refused with a hint:', () => {
  test.each<[string, RemoteOptions, Record<string, string>, string]>([
    ['no address', { url: 'cache.example' }, {}, 'USAGE'],
    ['another protocol', { url: 'ftp://cache.example' }, {}, 'USAGE'],
    ['credentials in the address', { url: 'http://me:secret@cache.example' }, {}, 'USAGE'],
    ['a query', { url: 'http://cache.example/?a=b' }, {}, 'USAGE'],
    ['a short secret', {}, { RVR_REMOTE_CACHE_SECRET: 'fifteen bytes !' }, 'USAGE'],
    ['a secret that is not there', { secretFile: '/nonexistent' }, {}, 'IO'],
    ['credentials that are not there', { credentialsFile: '/nonexistent' }, {}, 'IO'],
    ['a token of two lines', {}, { RVR_REMOTE_CACHE_TOKEN: 'abc\r\nx-header: y' }, 'USAGE'],
  ])('%s', async (_name, options, more, code) => {
    const refused = expect.objectContaining({
      code,
      hint: expect.any(String),
      message: expect.not.stringMatching(/me:secret|fifteen|abc/),
    })
    await expect(remoteSettings(options, { ...environment, ...more })).rejects.toThrow(refused)
  })

  test.each(['abc', 'basic abc', 'bearer', '', 'digest a:b'])('credentials %j', async line => {
    const credentialsFile = await fileWith(line)
    await expect(remoteSettings({ credentialsFile }, environment)).rejects.toThrow('holds no credentials')
  })
})
