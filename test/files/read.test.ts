/** Reading what users name: bounded before memory is taken, pipes and devices included, and never in the way of an abort. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { RvrError } from '../../src/errors.ts'
import { inputKinds, type InputKindName } from '../../src/files/kinds.ts'
import { readInput, readPlainFile } from '../../src/files/read.ts'

const directory = mkdtempSync(join(tmpdir(), 'rvr-read-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** Its limit is small enough for tests. */
const kind: InputKindName = 'secret'
const { limit } = inputKinds[kind]

function fileOf(bytes: Uint8Array, name = 'file'): string {
  const path = join(directory, name)
  writeFileSync(path, bytes)
  return path
}

function fifo(name: string): string {
  const path = join(directory, name)
  execFileSync('mkfifo', [path])
  return path
}

/** A process that writes to a FIFO, so that this one never waits for itself. */
const writeLater = (path: string, script: string): void => {
  spawn('sh', ['-c', script, 'sh', path], { stdio: 'ignore' })
}

test('files up to the limit are read as they are', async () => {
  for (const size of [0, 1, 5000, limit]) {
    const bytes = Buffer.alloc(size, 7)
    expect((await readInput(kind, fileOf(bytes))).equals(bytes)).toBe(true)
    expect(readPlainFile(kind, fileOf(bytes)).equals(bytes)).toBe(true)
  }
})

test('files that say nothing of their size are read to their end', async () => {
  expect((await readInput(kind, '/proc/self/status')).toString()).toContain('VmPeak')
})

test('dev-zero-took-23-gigabytes: what is too large is refused by its size, or as soon as it has been too much', async () => {
  const large = fileOf(Buffer.alloc(0), 'large')
  truncateSync(large, 2 ** 40)
  for (const path of [large, '/dev/zero']) {
    await expect(readInput(kind, path)).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining('65,536 bytes'),
      details: { path, limit },
    })
  }
  expect(() => readPlainFile(kind, large)).toThrow(
    expect.objectContaining({ code: 'IO', details: { path: large, limit } }),
  )
  const endless = fifo('endless')
  writeLater(endless, 'cat /dev/zero > "$1"')
  await expect(readInput(kind, endless)).rejects.toMatchObject({ code: 'IO', details: { path: endless, limit } })
})

test('what does not begin as its kind does is not read further', async () => {
  expect((await readInput('guest', '/dev/zero')).length).toBeLessThanOrEqual(2 ** 20)
  const path = fifo('magic')
  const elf = fileOf(Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(200_000, 1)]), 'elf')
  writeLater(path, `(head -c 2 '${elf}'; sleep 0.1; tail -c +3 '${elf}') > "$1"`)
  expect((await readInput('guest', path)).length).toBe(200_004)
})

test('a pipe is read to its end, and one that nobody writes to is waited for', async () => {
  const path = fifo('slow')
  writeLater(path, '(printf one; sleep 0.1; printf two) > "$1"')
  expect((await readInput(kind, path)).toString()).toBe('onetwo')
  writeLater(path, ': > "$1"')
  expect((await readInput(kind, path)).length).toBe(0)
})

test('waiting-for-input: an abort ends waiting for a pipe, with the reason that it has', async () => {
  const path = fifo('silent')
  const stop = new AbortController()
  const why = new RvrError('ABORTED', 'stopped by SIGINT')
  const reading = readInput(kind, path, stop.signal)
  setTimeout(() => stop.abort(why), 20)
  await expect(reading).rejects.toBe(why)
  // While it is being opened, too.
  const early = new AbortController()
  const opening = readInput(kind, path, early.signal)
  early.abort(why)
  await expect(opening).rejects.toBe(why)
  await expect(readInput(kind, path, AbortSignal.abort())).rejects.toMatchObject({
    code: 'ABORTED',
    cause: expect.objectContaining({ name: 'AbortError' }),
  })
})

test('directories, sockets and what is not there are named', async () => {
  const path = join(directory, 'socket')
  const server = createServer().listen(path)
  await new Promise(resolve => {
    server.once('listening', resolve)
  })
  for (const named of [directory, path, join(directory, 'none')]) {
    await expect(readInput(kind, named)).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining(named),
      details: { path: named },
      hint: expect.any(String),
    })
  }
  server.close()
  for (const named of [directory, '/dev/zero', join(directory, 'none')])
    expect(() => readPlainFile(kind, named)).toThrow(expect.objectContaining({ code: 'IO', details: { path: named } }))
})
