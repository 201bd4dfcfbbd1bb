/** The task list on a terminal: the steps of a build, what came in between after it, and nothing at all for short work or with -q. */
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { CompilationProgress } from '../../../src/cli/progress/compilations.ts'
import { Progress } from '../../../src/cli/progress/progress.ts'
import type { Stage } from '../../../src/events.ts'
import { PATIENCE_MS } from '../../support/patience.ts'

function start(options: { quiet?: boolean; noColor?: boolean; term?: string; signal?: AbortSignal } = {}) {
  const before = { NO_COLOR: process.env['NO_COLOR'], TERM: process.env['TERM'] }
  onTestFinished(() => {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  })
  if (options.noColor) process.env['NO_COLOR'] = '1'
  else delete process.env['NO_COLOR']
  process.env['TERM'] = options.term ?? 'xterm'
  let text = ''
  const stream = {
    isTTY: true,
    columns: 80,
    rows: 24,
    write: (part: string | Uint8Array) => {
      text += String(part)
      return true
    },
  }
  const { write } = stream
  const progress = new Progress({
    stream,
    ...(options.quiet && { quiet: true }),
    ...(options.signal && { signal: options.signal }),
  })
  const stage = (name: Stage, state: 'start' | 'done'): void =>
    progress.sink({ type: 'stage', stage: name, state, ...(state === 'done' && { ms: 12 }) })
  return {
    progress,
    stage,
    object: (done: number) => progress.sink({ type: 'object', done, planned: 34 }),
    text: () => text,
    /** The last frame of the list and what follows it, without colours. */
    end: () =>
      stripVTControlCharacters(text.slice(text.lastIndexOf('\u001B[?2026l')))
        .split(/\r?\n/)
        .filter(line => line !== ''),
    isReleased: () =>
      (stream.write === write && text.endsWith('\u001B[?25h')) ||
      text.lastIndexOf('\u001B[?25h') > text.lastIndexOf('\u001B[?25l'),
  }
}
const shown = (text: () => string, what: string): Promise<void> =>
  vi.waitFor(() => expect(text()).toContain(what), PATIENCE_MS)
/** Back to the usual colour. */
const colours = '\u001B[39m'

test('shows the steps, then stays with what was done', async () => {
  const { progress, stage, object, text, end, isReleased } = start()
  for (const name of ['lift', 'codegen'] as const) {
    stage(name, 'start')
    stage(name, 'done')
  }
  stage('compile', 'start')
  object(0)
  await shown(text, 'compile: objects 0 of 34')
  expect(text()).toContain(colours)
  object(12)
  await shown(text, 'compile: objects 12 of 34')
  progress.sink({ type: 'warning', message: 'careful' })
  object(34)
  stage('compile', 'done')
  stage('publish', 'start')
  await sleep(20)
  expect(text()).not.toContain('careful')
  stage('publish', 'done')
  await progress.settle()
  expect(end()).toEqual([
    '✔ lift (12 ms)',
    '✔ generate C (12 ms)',
    '✔ compile (34 objects, 12 ms)',
    '✔ link',
    '✔ publish (12 ms)',
    'rvr: warning: careful',
  ])
  expect(isReleased()).toBe(true)
})

test('marks the step that failed and leaves out those that never began', async () => {
  const { progress, stage, object, text, end, isReleased } = start({ noColor: true })
  stage('compile', 'start')
  object(3)
  await shown(text, 'compile: objects 3 of 34')
  await progress[Symbol.asyncDispose]()
  expect(end()).toEqual(['✖ compile: objects 3 of 34'])
  expect(text()).not.toContain(colours)
  expect(isReleased()).toBe(true)
})

test('a step that was given up has not failed', async () => {
  const controller = new AbortController()
  const { progress, stage, object, text, end } = start({ noColor: true, signal: controller.signal })
  stage('compile', 'start')
  object(3)
  await shown(text, 'compile: objects 3 of 34')
  controller.abort()
  await progress[Symbol.asyncDispose]()
  expect(end()).toEqual([expect.stringMatching(/^[^✖✔] compile: objects 3 of 34/)])
})

test.each([{ quiet: true }, {}])('shows nothing with -q, or for short work: %j', async options => {
  const { progress, stage, text } = start(options)
  stage('compile', 'start')
  if (options.quiet) await sleep(450)
  else stage('compile', 'done')
  await sleep(350)
  await progress.settle()
  expect(text()).toBe('')
})

test('a list that is asked for too late does not appear', async () => {
  const { progress, stage, text } = start()
  await sleep(310)
  stage('compile', 'start')
  await progress.settle()
  await sleep(100)
  expect(text()).toBe('')
})

test('a dumb terminal gets plain lines', async () => {
  const { progress, stage, text } = start({ term: 'dumb' })
  stage('compile', 'start')
  await shown(text, 'rvr: compiling\n')
  await progress.settle()
  expect(text()).toBe('rvr: compiling\n')
})

test('many compilations have a line each, whichever ends first; one that fails stops no other', async () => {
  const before = process.env['TERM']
  process.env['TERM'] = 'xterm'
  onTestFinished(() => {
    if (before === undefined) delete process.env['TERM']
    else process.env['TERM'] = before
  })
  let text = ''
  const stream = {
    isTTY: true,
    columns: 80,
    rows: 24,
    write: (part: string | Uint8Array) => {
      text += String(part)
      return true
    },
  }
  const progress = new CompilationProgress({ stream }, ['a.elf pure', 'b.elf pure', 'c.elf pure', 'd.elf pure'], 2)
  const first = progress.begin(0)
  first({ type: 'stage', stage: 'compile', state: 'start' })
  first({ type: 'object', done: 3, planned: 9 })
  progress.begin(1)
  await shown(() => text, 'a.elf pure: compile: objects 3 of 9')
  progress.sink({ type: 'warning', message: 'careful' })
  progress.end(1, 'failed', 'failed')
  await shown(() => text, 'b.elf pure (failed)')
  progress.begin(2)
  progress.end(0, 'done', 'miss, 1.0 s')
  progress.end(2, 'done', 'hit, 0.1 s')
  await sleep(20)
  expect(text).not.toContain('careful')
  await progress.settle()
  const end = stripVTControlCharacters(text.slice(text.lastIndexOf('\u001B[?2026l')))
    .split(/\r?\n/)
    .filter(line => line !== '')
  expect(end).toEqual([
    '✔ a.elf pure (miss, 1.0 s)',
    '✖ b.elf pure (failed)',
    '✔ c.elf pure (hit, 0.1 s)',
    'rvr: warning: careful',
  ])
})
