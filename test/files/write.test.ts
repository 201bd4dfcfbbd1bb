/** Writing what users name: plain files whole or not at all, everything else as what it is. */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, afterEach, expect, test } from 'vitest'
import { RvrError } from '../../src/errors.ts'
import { checkOutput, isPlainTarget, writeOutput } from '../../src/files/write.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rvr-write-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const write = (file: string, text: string, signal?: AbortSignal): Promise<string> =>
  writeOutput(file, put => put(text), { signal })

function fifo(): string {
  const path = join(directory, 'fifo')
  execFileSync('mkfifo', [path])
  return path
}

/** What another process reads from a FIFO. */
function readerOf(path: string): Promise<string> {
  return new Promise(resolve => {
    let text = ''
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'ignore'] })
    reader.stdout.on('data', (part: Buffer) => {
      text += part.toString()
    })
    reader.on('close', () => resolve(text))
  })
}

test('a plain file appears with the directories above it, or is replaced and keeps its permissions', async () => {
  const path = join(directory, 'a/b/file')
  expect(await write(path, 'one')).toBe(path)
  chmodSync(path, 0o640)
  const before = statSync(path).ino
  await write(path, 'two')
  expect(readFileSync(path, 'utf8')).toBe('two')
  expect(statSync(path)).toMatchObject({ mode: 0o100640 })
  expect(statSync(path).ino).not.toBe(before)
  expect(readdirSync(join(directory, 'a/b'))).toEqual(['file'])
})

test('what fails half way, or is aborted, leaves the old file and nothing else', async () => {
  const path = join(directory, 'file')
  const stop = new AbortController()
  const why = new RvrError('ABORTED', 'stopped by SIGINT')
  writeFileSync(path, 'old')
  await expect(
    writeOutput(path, async put => {
      await put('half')
      throw new Error('no more')
    }),
  ).rejects.toMatchObject({ code: 'IO', message: `cannot write ${path}: no more`, details: { path } })
  await expect(
    writeOutput(
      path,
      async put => {
        await put('half')
        stop.abort(why)
        await put('more')
      },
      { signal: stop.signal },
    ),
  ).rejects.toBe(why)
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(directory)).toEqual(['file'])
})

test('output-replaces-devices: devices stay devices, and their errors are told', async () => {
  await write('/dev/null', 'text')
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
  await expect(write('/dev/full', 'text')).rejects.toMatchObject({
    code: 'IO',
    message: expect.stringContaining('ENOSPC'),
  })
  await checkOutput('/dev/null')
  expect(await isPlainTarget('/dev/null')).toBe(false)
})

test('output-replaces-devices: a FIFO waits for its reader, can be aborted meanwhile, and takes more than it holds', async () => {
  const path = fifo()
  const stop = new AbortController()
  const why = new RvrError('ABORTED', 'stopped by SIGINT')
  const waiting = write(path, 'text', stop.signal)
  stop.abort(why)
  await expect(waiting).rejects.toBe(why)
  const text = 'x'.repeat(300_000)
  const writing = write(path, text)
  expect(await readerOf(path)).toBe(text)
  await writing
  expect(lstatSync(path).isFIFO()).toBe(true)
})

test('output-replaces-devices: symbolic links are followed, also to what is not there yet', async () => {
  mkdirSync(join(directory, 'elsewhere'))
  const link = join(directory, 'link')
  const file = join(directory, 'elsewhere/file')
  symlinkSync('elsewhere/file', link)
  for (const text of ['one', 'two']) {
    await write(link, text)
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
  }
  symlinkSync('loop', join(directory, 'loop'))
  await expect(write(join(directory, 'loop'), '')).rejects.toMatchObject({ code: 'IO' })
  symlinkSync('/dev/null', join(directory, 'null'))
  await write(join(directory, 'null'), 'text')
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
})

test('standard output of a process is written where it stands', () => {
  const script = `import { writeOutput } from ${JSON.stringify(new URL('../../src/files/write.ts', import.meta.url).href)}
    process.stdout.write('a')
    await writeOutput('/dev/stdout', async put => { await put('b') })
    await writeOutput('/dev/fd/1', async put => { await put('c') })`
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })).toBe('abc')
})

test('a directory is refused, before the work and behind it', async () => {
  for (const attempt of [write(directory, ''), checkOutput(directory)])
    await expect(attempt).rejects.toMatchObject({ code: 'IO', details: { path: directory } })
  await checkOutput(join(directory, 'new/file'))
  expect(existsSync(join(directory, 'new/file'))).toBe(false)
  writeFileSync(join(directory, 'plain'), '')
  await expect(checkOutput(join(directory, 'plain/file'))).rejects.toMatchObject({ code: 'IO' })
})
