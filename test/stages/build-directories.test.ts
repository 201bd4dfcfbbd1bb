/** Build directories: private, gone with their process however that ends, and kept where somebody should look into them. */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { BuildDirectories, sweepBuilds } from '../../src/stages/build-directories.ts'
import { temporaryDirectory } from '../store/sample.ts'
import { PATIENCE_MS } from '../support/patience.ts'

let parent: string
beforeEach(async () => {
  parent = await temporaryDirectory()
  vi.stubEnv('TMPDIR', parent)
  return () => vi.unstubAllEnvs()
})

/** What a killed process leaves. */
function leave(name: string): void {
  mkdirSync(join(parent, name))
  writeFileSync(join(parent, name, 'unit_000.c'), '')
  writeFileSync(join(parent, `${name}.lock`), '')
}

test('a directory goes with its lock, and one that is kept stays without', async () => {
  const builds = new BuildDirectories()
  const [first, second] = [await builds.create(), await builds.create()]
  expect(readdirSync(parent)).toHaveLength(4)
  builds.keep(first)
  await builds.removeAll()
  expect(readdirSync(parent).map(name => join(parent, name))).toEqual([first])
  expect(second).not.toBe(first)
  expect(await sweepBuilds()).toBe(0)
  expect(readdirSync(parent)).toHaveLength(1)
})

test('the next build removes what killed processes left, and nothing that is in use', async () => {
  leave('rvr-build-00aa')
  const builds = new BuildDirectories()
  const mine = await builds.create()
  expect(
    readdirSync(parent)
      .map(name => join(parent, name))
      .toSorted(),
  ).toEqual([mine, `${mine}.lock`])
  leave('rvr-build-00bb')
  expect(await sweepBuilds()).toBe(1)
  expect(readdirSync(parent)).toHaveLength(2)
  await builds.removeAll()
})

test('directories of others, links and other names are left alone', async () => {
  leave('rvr-build-00cc.d')
  leave('somebody-elses')
  const elsewhere = await temporaryDirectory()
  writeFileSync(join(elsewhere, 'precious'), '')
  symlinkSync(elsewhere, join(parent, 'rvr-build-00dd'))
  writeFileSync(join(parent, 'rvr-build-00dd.lock'), '')
  symlinkSync(join(elsewhere, 'precious'), join(parent, 'rvr-build-00ee.lock'))
  expect(await sweepBuilds()).toBe(0)
  expect(readdirSync(elsewhere)).toEqual(['precious'])
  expect(readdirSync(parent)).toEqual(
    expect.arrayContaining(['rvr-build-00cc.d', 'somebody-elses', 'rvr-build-00dd', 'rvr-build-00ee.lock']),
  )
})

test('a relative TMPDIR is meant from here', async () => {
  vi.stubEnv('TMPDIR', '.')
  const builds = new BuildDirectories()
  const directory = await builds.create()
  expect(directory.startsWith(`${process.cwd()}/rvr-build-`)).toBe(true)
  await builds.removeAll()
})

test('where nothing can be made it says so', async () => {
  vi.stubEnv('TMPDIR', join(parent, 'nowhere'))
  await expect(new BuildDirectories().create()).rejects.toMatchObject({
    code: 'IO',
    hint: expect.stringContaining('TMPDIR') as string,
  })
})

test('a process that is killed takes make and its compilers along, and the next sweep removes its directory', async () => {
  const program = `
    import { BuildDirectories } from '${new URL('../../src/stages/build-directories.ts', import.meta.url).href}'
    import { runMake } from '${new URL('../../src/toolchain/make.ts', import.meta.url).href}'
    import { writeFileSync } from 'node:fs'
    const directory = await new BuildDirectories().create()
    writeFileSync(directory + '/Makefile', 'all:\\n\\t@echo CC $$$$.o; sleep 60 & sleep 60\\n')
    const tool = path => ({ path, realPath: path, digest: '', version: '' })
    const toolchain = { cc: tool('/bin/true'), ld: tool('/bin/true'), make: tool(process.argv[1]), family: 'gcc', version: [12, 0, 0], arch: 'x64', targetCpu: 'native', environment: {} }
    await runMake(directory, toolchain, [], { events: event => console.log(event.type) })`
  const make = join(await temporaryDirectory(), 'make-that-notes')
  const noted = `${make}.pids`
  writeFileSync(make, `#!/bin/sh\necho $$ > ${noted}\nsleep 61 & echo $! >> ${noted}\nexec make "$@"\n`)
  chmodSync(make, 0o755)
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, make], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise(resolve => child.stdout.once('data', resolve))
  const pids = readFileSync(noted, 'utf8').trim().split('\n')
  expect(pids.map(pid => existsSync(`/proc/${pid}`))).toEqual([true, true])
  expect(await sweepBuilds()).toBe(0)
  child.kill('SIGKILL')
  const isAlive = (pid: string): boolean =>
    existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  await vi.waitFor(() => expect(pids.some(isAlive)).toBe(false), PATIENCE_MS)
  await vi.waitFor(async () => expect(await sweepBuilds()).toBe(1), PATIENCE_MS)
  expect(readdirSync(parent).filter(name => name.startsWith('rvr-build-'))).toEqual([])
})
