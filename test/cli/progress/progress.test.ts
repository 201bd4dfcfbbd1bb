/** Progress without a list: silence for short work, plain lines where there is no terminal, guest text untouched. */
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Progress } from '../../../src/cli/progress/progress.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function start(isTTY: boolean, options: { quiet?: boolean; verbose?: boolean } = {}) {
  let text = ''
  const stream = {
    isTTY,
    write: (part: string | Uint8Array) => {
      text += typeof part === 'string' ? part : Buffer.from(part).toString()
    },
  }
  const progress = new Progress({ stream, ...options })
  return {
    progress,
    take: () => {
      const taken = text
      text = ''
      return taken
    },
  }
}
const print = (text: string) => ({ type: 'print', stream: 'stdout', bytes: Buffer.from(text) }) as const

test.each([true, false])('work under 300 ms shows nothing (terminal %s)', isTTY => {
  const { progress, take } = start(isTTY)
  progress.sink({ type: 'stage', stage: 'lift', state: 'start' })
  vi.advanceTimersByTime(250)
  progress.sink({ type: 'stage', stage: 'lift', state: 'done', ms: 250 })
  vi.advanceTimersByTime(5000)
  expect(take()).toBe('')
})

test('elsewhere there are plain lines, and not one for every object', () => {
  const { progress, take } = start(false)
  progress.sink({ type: 'stage', stage: 'compile', state: 'start' })
  vi.advanceTimersByTime(310)
  for (let done = 1; done <= 100; done++) {
    progress.sink({ type: 'object', done, planned: 100 })
    vi.advanceTimersByTime(10)
  }
  progress.sink({ type: 'stage', stage: 'compile', state: 'done', ms: 1310 })
  progress.sink({ type: 'stage', stage: 'link', state: 'start' })
  const lines = take().split('\n')
  expect(lines[0]).toBe('rvr: compiling')
  expect(lines.at(-2)).toBe('rvr: linking')
  expect(lines.length).toBeLessThan(6)
})

test('-q keeps warnings back but not what the guest prints; -v adds times and outcomes', () => {
  const quiet = start(false, { quiet: true })
  quiet.progress.sink({ type: 'warning', message: 'careful' })
  quiet.progress.sink(print('hello'))
  expect(quiet.take()).toBe('hello')
  const verbose = start(false, { verbose: true })
  verbose.progress.sink({ type: 'cache', counter: 'hit' })
  verbose.progress.sink({ type: 'stage', stage: 'load', state: 'start' })
  verbose.progress.sink({ type: 'stage', stage: 'load', state: 'done', ms: 2 })
  expect(verbose.take()).toBe('rvr: cache hit\nrvr: load 2.0 ms\n')
})

test('a warning does not land in the middle of a line of the guest', () => {
  const { progress, take } = start(false)
  progress.sink(print('half a line'))
  progress.sink({ type: 'warning', message: 'careful', hint: 'look' })
  expect(take()).toBe('half a line\nrvr: warning: careful\n  hint: look\n')
})

test('the running of a guest has a delay of its own, and its text is enough of a sign of life', () => {
  const { progress, take } = start(false)
  vi.advanceTimersByTime(5000)
  progress.sink({ type: 'stage', stage: 'execute', state: 'start' })
  vi.advanceTimersByTime(250)
  expect(take()).toBe('')
  vi.advanceTimersByTime(100)
  expect(take()).toBe('rvr: running\n')
  const talkative = start(false)
  talkative.progress.sink({ type: 'stage', stage: 'execute', state: 'start' })
  talkative.progress.sink(print('half a line'))
  vi.advanceTimersByTime(5000)
  expect(talkative.take()).toBe('half a line')
})

test('a running guest: on a terminal one line that is drawn over, gone before anything else is written, and none once the guest has printed', async () => {
  const written: string[] = []
  const stream = {
    isTTY: true,
    write: (text: string | Uint8Array) => written.push(typeof text === 'string' ? text : Buffer.from(text).toString()),
  }
  const progress = new Progress({ stream })
  progress.sink({ type: 'progress', instructions: 1_234_567_890n, perSecond: 456_000_000 })
  progress.sink({ type: 'progress', instructions: 2_000_000n, perSecond: 500_000 })
  progress.sink({ type: 'warning', message: 'w' })
  await progress.print(Buffer.from('text\n'))
  progress.sink({ type: 'progress', instructions: 3_000_000n, perSecond: 500_000 })
  await progress.settle()
  expect(written[0]).toBe('rvr: running, 1235 million instructions, 456 million/s')
  expect(written.slice(1, 4)).toEqual([
    '\r\u001B[K',
    'rvr: running, 2.00 million instructions, 0.50 million/s',
    '\r\u001B[K',
  ])
  expect(written.slice(4).join('')).toMatch(/warning.*: w\ntext\n$/)
})

test('parts of long work: drawn over on a terminal, now and then elsewhere, each once with -v, and not with -q', () => {
  const parts: (readonly [string, number])[] = Array.from({ length: 60 }, (_, k) =>
    k < 30 ? ['segment 0, fold', k / 30] : ['segment 0, queries', (k - 30) / 30],
  )
  const said = (isTTY: boolean, options = {}): string => {
    const { progress, take } = start(isTTY, options)
    vi.advanceTimersByTime(400)
    for (const [part, done] of parts) {
      progress.showPart(part, done)
      vi.advanceTimersByTime(100)
    }
    return take()
  }
  expect(said(true).split('\r\u001B[K').slice(29, 31)).toEqual([
    'rvr: segment 0, fold, 96 %',
    'rvr: segment 0, queries, 0 %',
  ])
  expect(said(false)).toBe('rvr: segment 0, fold\nrvr: segment 0, queries\n')
  expect(said(false, { verbose: true })).toBe('rvr: segment 0, fold\nrvr: segment 0, queries\n')
  expect([said(true, { quiet: true }), said(false, { quiet: true })]).toEqual(['', ''])
})

test('text waits for a stream that takes no more', async () => {
  const stream = Object.assign(new EventEmitter(), { write: () => false })
  const progress = new Progress({ stream })
  let isTaken = false
  const taken = progress.print(Buffer.from('text'))!.then(() => {
    isTaken = true
  })
  await vi.advanceTimersByTimeAsync(1000)
  expect(isTaken).toBe(false)
  stream.emit('drain')
  await taken
  expect(stream.eventNames()).toEqual([])
})
