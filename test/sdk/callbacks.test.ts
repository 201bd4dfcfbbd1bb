/** Functions of the caller's that throw, or whose promises reject, end the call that they were given to, and nothing else. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Rvr, type Artifact, type Run } from '../../src/index.ts'
import type { Assembler } from '../support/assembler.ts'
import { DATA, endless, engines, errorOf, artifactOf, program, useRvr } from '../run/support.ts'

const host = useRvr('shared', 'quick')
let base: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'rvr-callbacks-'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

const thrown = new Error('of the caller')
const ways: readonly (readonly [string, () => unknown])[] = [
  [
    'throws',
    () => {
      throw thrown
    },
  ],
  ['rejects', () => Promise.reject(thrown)],
  [
    'rejects later',
    async () => {
      await Promise.resolve()
      throw thrown
    },
  ],
]
const failure = { code: 'CALLBACK_FAILED', cause: thrown, hint: expect.any(String) }

/** Prints for ever. */
const printing = (code: Assembler): unknown =>
  code.li('s0', DATA).li('t1', 4).label('loop').op('print_str', { rd: 's0', rs1: 't1' }).op('jal', { target: 'loop' })
/** Prints once and ends. */
const printingOnce = (code: Assembler): unknown =>
  code.li('s0', DATA).li('t1', 4).op('print_str', { rd: 's0', rs1: 't1' }).op('terminate')
const interpreted = async (write: (code: Assembler) => unknown, mode: 'pure' | 'metered' = 'pure'): Promise<Artifact> =>
  (await host.rvr.load(program(64, write))).interpret(mode)

describe.each(ways)('a callback that %s', (_how, callback) => {
  test.each(engines)('onPrint of a guest that prints for ever (%s)', async engine => {
    const artifact = await artifactOf(await host.rvr.load(program(64, printing)), 'pure', engine)
    let calls = 0
    expect(
      await errorOf(
        artifact.execute({
          onPrint: () => {
            calls++
            return callback()
          },
        }),
      ),
    ).toMatchObject({ ...failure, details: { callback: 'onPrint' } })
    expect(calls).toBe(1)
  })

  test('onPrint of a guest that has ended before anybody knows', async () => {
    expect(await errorOf((await interpreted(printingOnce)).execute({ onPrint: callback }))).toMatchObject(failure)
  })

  test('onPrint of a run that is resumed: it is disposed', async () => {
    const run = await (await interpreted(printing)).execute({ maxInstructions: 1, onPrint: callback })
    expect(await errorOf(run.resume())).toMatchObject(failure)
    expect(await errorOf(run.resume())).toMatchObject({ code: 'DISPOSED' })
  })

  test('onSegment, of execute and of resume: the run is disposed', async () => {
    const artifact = await interpreted(endless['loads and stores']!, 'metered')
    const segmentLimits = { maxTraceHeight: 4096 }
    let seen: Run | undefined
    expect(
      await errorOf(
        artifact.execute({
          segmentLimits,
          onSegment: run => {
            seen = run
            return callback()
          },
        }),
      ),
    ).toMatchObject({ ...failure, details: { callback: 'onSegment' } })
    expect(await errorOf(seen!.resume())).toMatchObject({ code: 'DISPOSED' })
    const stopped = await artifact.execute({ segmentLimits, stopAtSegment: true })
    expect(
      await errorOf(
        stopped.resume({
          onSegment: run => {
            seen = run
            return callback()
          },
        }),
      ),
    ).toMatchObject(failure)
    expect(await errorOf(seen!.resume())).toMatchObject({ code: 'DISPOSED' })
  })

  test('onEvent of a run', async () => {
    const artifact = await interpreted(endless['a jump to itself']!)
    expect(await errorOf(artifact.execute({ onEvent: callback, progressMs: 1 }))).toMatchObject({
      ...failure,
      details: { callback: 'onEvent' },
    })
  })

  test('onEvent of a compile, of the call itself and of the Rvr: no compiler is started', async () => {
    const stages: string[] = []
    await using rvr = await Rvr.create({
      cacheDir: false,
      onEvent: event => {
        stages.push(event.type === 'stage' ? event.stage : event.type)
        return callback()
      },
    })
    const guest = await rvr.load(program(64, printingOnce))
    expect(await errorOf(guest.compile('pure'))).toMatchObject(failure)
    expect(await errorOf(guest.compile('pure', { onEvent: callback }))).toMatchObject(failure)
    expect(stages).not.toContain('load')
  })

  test('onEvent at an event that belongs to no call: dispose() tells, when all has ended', async () => {
    const rvr = await Rvr.create({
      cacheDir: join(base, `cache-${_how.replaceAll(' ', '-')}`),
      onEvent: event => (event.type === 'cache' ? callback() : undefined),
    })
    rvr.cache.count('miss')
    await new Promise(resolve => {
      setImmediate(resolve)
    })
    expect(await errorOf(rvr.dispose())).toMatchObject(failure)
    expect(await errorOf(rvr.load(program(64, printingOnce)))).toMatchObject({ code: 'DISPOSED' })
  })
})

describe("the JavaScript of an extension of one's own, on its worker thread", () => {
  const cases: readonly (readonly [what: string, answer: string, says: RegExp])[] = [
    ['throws', "throw new TypeError('of the extension')", /extension odd: handler of odd failed: of the extension/],
    [
      'answers with a promise',
      'return Promise.reject(new Error("late"))',
      /it answers with a promise, but has to answer at once/,
    ],
    ['answers nothing', 'return undefined', /its answer is not a HostOutcome/],
    ['throws what cannot be cloned', 'throw { toString: () => "odd", f() {} }', /failed/],
  ]
  test.each(cases)('a handler that %s', async (_what, answer, says) => {
    const path = join(await mkdtemp(join(base, 'extension-')), 'extension.mjs')
    await writeFile(
      path,
      `export default { name: 'odd', rows: [{ kind: 'host', format: 'I', name: 'odd', mask: 0x707f, match: 0x505b }], handlers: { odd() { ${answer} } } }`,
    )
    const guest = await host.rvr.load(
      program(64, code => code.word(0x505b).op('terminate')),
      { extensions: [path] },
    )
    const error = await errorOf(guest.interpret('pure').execute())
    expect(error).toMatchObject({ code: 'CALLBACK_FAILED', message: expect.stringMatching(says) })
    expect(error.cause).toBeInstanceOf(Error)
  })
})
