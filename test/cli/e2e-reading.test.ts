/** What the command line reads: bounded, from pipes and standard input too, and the first signal ends waiting. */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answer, cli, expectFailure, fixture, jsonOf, place, start } from './e2e-support.ts'

const guest = fixture('fibonacci')
const interpreted = ['--tier', 'interp', '--no-cache', '-q', '--json']

function fifoIn(directory: string, name: string): string {
  const path = join(directory, name)
  execFileSync('mkfifo', [path])
  return path
}

const feed = (path: string, content: string): void => {
  spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', content, path], { stdio: 'ignore' })
}

test.concurrent('dev-zero-took-23-gigabytes: every kind of input', async () => {
  const at = place()
  for (const args of [
    ['emit', guest, '--stage', 'cfg', '--machine', '/dev/zero'],
    ['emit', guest, '--stage', 'cfg', '--config', '/dev/zero'],
  ]) {
    const result = await cli(at, args)
    expectFailure(result, 2, '/dev/zero', /it has more than [\d,]+ bytes/)
  }
})

test.concurrent.each(['guest', 'input', '--machine', 'cache import'])(
  'waiting-for-input: the first signal ends waiting for %s',
  async what => {
    const at = place()
    const fifo = fifoIn(at.directory, 'fifo')
    const args = {
      guest: ['run', fifo],
      input: ['run', guest, '--input', `file:${fifo}`],
      '--machine': ['compile', guest, '--machine', fifo],
      'cache import': ['cache', 'import', fifo],
    }[what]!
    const running = start(at, [...args, '--json'])
    // Whoever opens it to read makes this end: from then on rvr waits for what is never written.
    const writer = spawn('sh', ['-c', 'exec 3> "$1"; echo open; sleep 60', 'sh', fifo], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await new Promise(resolve => {
      writer.stdout.once('data', resolve)
    })
    running.process.kill('SIGINT')
    const result = await running.result
    writer.kill()
    expect(result).toMatchObject({ status: 130, stderr: expect.stringMatching(/^rvr: error: stopped by SIGINT\n/) })
    expect(jsonOf(result)).toMatchObject({ error: { code: 'ABORTED' } })
  },
)

test.concurrent('guest and inputs come through pipes and standard input', async () => {
  const at = place()
  const guests = fifoIn(at.directory, 'guest')
  const input = join(at.directory, 'input')
  writeFileSync(input, Buffer.of(90, 0, 0, 0, 0, 0, 0, 0))
  feed(guests, guest)
  const piped = start(at, ['run', guests, '--input', 'file:-', ...interpreted], { input: readFileSync(input) })
  expect(jsonOf(await piped.result)).toMatchObject({ publicValues: answer })
  const standard = start(at, ['run', '-', '--input', `file:${input}`, ...interpreted], { input: readFileSync(guest) })
  expect(jsonOf(await standard.result)).toMatchObject({ publicValues: answer })
  const twice = start(at, ['run', '-', '--input', 'file:-'], { input: readFileSync(guest) })
  expectFailure(await twice.result, 2, 'standard input has been read already')
})

test.concurrent('a library is no pipe', async () => {
  const at = place()
  expectFailure(
    await cli(at, ['run', guest, '--artifact', fifoIn(at.directory, 'library')]),
    2,
    'no plain file',
    'write it to one',
  )
})
