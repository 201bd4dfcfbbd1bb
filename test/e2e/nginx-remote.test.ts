/** A real server: nginx with its WebDAV module, shared by machines that run guests and by ccache. */
import { execFile, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeToolchain } from '../../src/toolchain/toolchain.ts'
import { inputA } from '../store/sample.ts'
import { fileWith, machine, sampleEntry, tier } from '../store/remote/server.ts'
import { answer, scratch, until } from './support.ts'

/** Debian has nginx in a directory that is not on everybody's PATH. */
function program(name: string): string | undefined {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
    .map(directory => join(directory, name))
    .find(file => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
const nginx = program('nginx')
const ccache = program('ccache')

interface Server {
  readonly url: string
  /** Where /rw/, /ro/ and /private/ keep their files, which are the same. */
  readonly store: string
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => {
    server.close(resolve)
  })
  return port
}

async function startNginx(): Promise<Server> {
  const directory = await scratch()
  const store = join(directory, 'store')
  const port = await freePort()
  await mkdir(store)
  await mkdir(join(directory, 'temporary'))
  await writeFile(join(directory, 'users'), 'someone:{PLAIN}some password\n')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(kind => `${kind}_temp_path ${directory}/temporary/${kind};`)
    .join(' ')
  await writeFile(
    join(directory, 'nginx.conf'),
    `
daemon off; master_process off; pid ${directory}/pid; error_log ${directory}/error.log;
events {}
http {
  access_log ${directory}/access.log; ${temporary} client_max_body_size 1g;
  server {
    listen 127.0.0.1:${port};
    location /rw/ { alias ${store}/; dav_methods PUT; create_full_put_path on; }
    location /ro/ { alias ${store}/; }
    location /private/ { alias ${store}/; dav_methods PUT; create_full_put_path on; auth_basic cache; auth_basic_user_file ${directory}/users; }
  }
}
`,
  )
  const child = spawn(
    nginx!,
    ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', join(directory, 'error.log')],
    { stdio: 'ignore' },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  let answers = false
  const knock = (): void => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket
      .on('connect', () => {
        answers = true
        socket.destroy()
      })
      .on('error', () => setTimeout(knock, 20))
  }
  knock()
  await until('nginx listens', () => answers)
  return { url: `http://127.0.0.1:${port}`, store }
}

describe.skipIf(nginx === undefined)('nginx (package nginx)', () => {
  test('serves one machine what another compiled, from a location that can be written and from one that cannot', async () => {
    const { url, store } = await startNginx()
    const first = await machine({ url: `${url}/rw/` })
    expect(first).toMatchObject({ publicValues: answer, counts: { 'remote-miss': 1, 'remote-put': 1 }, warnings: [] })
    expect(await readdir(join(store, 'ac'))).toEqual([first.cache.inputKey])
    for (const remote of [{ url: `${url}/rw` }, { url: `${url}/ro`, readOnly: true }]) {
      expect(await machine(remote)).toMatchObject({
        publicValues: answer,
        cache: { outcome: 'hit', origin: 'remote' },
        counts: { 'remote-hit': 1, publish: 1 },
        stages: [],
        warnings: [],
      })
    }
    expect(
      (await machine({ url: `${url}/private`, credentialsFile: await fileWith('basic someone:some password') })).counts,
    ).toMatchObject({ 'remote-hit': 1 })
  })

  test('refuses what its configuration forbids, and has what it allows', async () => {
    const { url, store } = await startNginx()
    const give = async (location: string, authorization?: string): Promise<string[]> => {
      const { remote, counters } = tier(`${url}/${location}`, { authorization })
      expect(await remote.fetch(inputA)).toBeUndefined()
      remote.offer(inputA, await sampleEntry('x'.repeat(5_000_000)))
      await remote.close()
      return counters
    }
    const credentials = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
    expect(await give('ro')).toEqual(['remote-miss', 'remote-put-failed'])
    expect(await give('private', credentials('someone:wrong'))).toEqual(['remote-error', 'remote-put-failed'])
    expect(await readdir(store)).toEqual([])
    expect(await give('private/', credentials('someone:some password'))).toEqual(['remote-miss', 'remote-put'])
    expect((await tier(`${url}/ro`).remote.fetch(inputA))?.content).toHaveLength(5_000_000)
  })

  test.skipIf(ccache === undefined)('serves ccache (package ccache) from the same folders', async () => {
    const { url, store } = await startNginx()
    const directory = await scratch()
    const { cc } = await describeToolchain()
    const first = await machine({ url: `${url}/rw` })
    await writeFile(join(directory, 'unit.c'), 'int answer(void) { return 42; }\n')
    const compile = async (name: string): Promise<Record<string, string>> => {
      const environment = {
        PATH: process.env['PATH'],
        CCACHE_DIR: join(directory, name),
        CCACHE_REMOTE_STORAGE: `${url}/rw|layout=bazel`,
        CCACHE_CONFIGPATH: join(directory, 'none'),
      }
      await promisify(execFile)(ccache!, [cc.path, '-c', 'unit.c', '-o', `${name}.o`], {
        cwd: directory,
        env: environment,
      })
      const { stdout } = await promisify(execFile)(ccache!, ['--print-stats'], { env: environment })
      return Object.fromEntries(
        stdout
          .trim()
          .split('\n')
          .map(line => line.split('\t') as [string, string]),
      )
    }
    const before = await readdir(join(store, 'ac'))
    expect(Number((await compile('one'))['cache_miss'])).toBe(1)
    const after = await readdir(join(store, 'ac'))
    expect(after.length).toBeGreaterThan(before.length)
    expect(after.every(name => /^[0-9a-f]{64}$/.test(name))).toBe(true)
    const second = await compile('other')
    expect(Number(second['cache_miss'] ?? 0)).toBe(0)
    expect(Number(second['remote_storage_hit'])).toBeGreaterThan(0)
    expect(await machine({ url: `${url}/rw` })).toMatchObject({
      publicValues: answer,
      cache: { ...first.cache, outcome: 'hit', origin: 'remote' },
    })
  })
})
