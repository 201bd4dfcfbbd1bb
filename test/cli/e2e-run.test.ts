/** How runs end: guest exit codes, traps, limits, signals, refused libraries. One warm cache serves all of them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { cli, answer, expectEnd, expectFailure, fixture, jsonOf, place, start, type Result } from './e2e-support.ts'

const warm = place()
const saved = join(warm.directory, 'fibonacci.so')
const guests = ['fibonacci', 'exitcode', 'traps', 'echo']
beforeAll(async () => {
  await Promise.all(
    guests.map(async name => {
      const result = await cli(
        place(),
        ['compile', fixture(name), '--json', ...(name === 'fibonacci' ? ['-o', saved] : [])],
        { cache: warm.cache },
      )
      expect(result.status, result.stderr).toBe(0)
      expect(jsonOf(result)).toMatchObject({ mode: 'pure', cache: { outcome: 'miss' } })
    }),
  )
})

const run = (name: string, ...args: string[]): Promise<Result> =>
  cli(place(), ['run', fixture(name), ...args], { cache: warm.cache })
/** Inputs of the guest traps. */
const trapInput = { hintsExhausted: 'hex:06', endlessLoop: 'hex:07', loadOutside: 'hex:01', inputExhausted: 'hex:0d' }

describe.concurrent('with a warm cache', () => {
  test('a warm run is silent but for its result', async () => {
    const result = await run('fibonacci', '--input', 'u64:90', '--json')
    expectEnd(result, 0)
    expect(jsonOf(result)).toMatchObject({
      outcome: 'terminated',
      exitCode: 0,
      engine: 'native',
      publicValues: answer,
      cache: { outcome: 'hit' },
    })
    const text = await run('fibonacci', '--input', 'u64:90')
    expectEnd(text, 0)
    expect(text.stdout).toMatch(/^terminated +exit code 0\n/)
    expect(text.stdout).toContain(answer)
  })

  test('what the guest prints goes to standard error, -q or not', async () => {
    const result = await run('echo', '--input', 'utf8:hello', '-q', '--json')
    expect(result).toMatchObject({ status: 0, stderr: expect.stringContaining('hello') })
    expect(jsonOf(result)).toMatchObject({ outcome: 'terminated' })
  })

  test.each([
    [0, 0],
    [1, 1],
    [7, 1],
    [255, 1],
  ])('a guest that ends with %d gives status %d', async (code, status) => {
    const result = await run('exitcode', '--input', `hex:${code.toString(16).padStart(2, '0')}`, '--json')
    expectEnd(result, status)
    expect(jsonOf(result)).toMatchObject({ outcome: 'terminated', exitCode: code })
  })

  test.each([
    ['its input', trapInput.inputExhausted, 'input-empty'],
    ['a record', trapInput.hintsExhausted, 'hint-exhausted'],
    ['guest memory', trapInput.loadOutside, 'load-outside'],
  ])('a guest that reads past %s traps: status 4, place and symbol', async (_what, input, kind) => {
    const result = await run('traps', '--input', input, '--json')
    expectEnd(result, 4)
    const { outcome, trap } = jsonOf(result)
    expect(outcome).toBe('trapped')
    expect(trap).toMatchObject({
      kind,
      pc: expect.stringMatching(/^0x[0-9a-f]+$/),
      symbol: expect.stringMatching(/^\w+(\+0x[0-9a-f]+)?$/),
      message: expect.any(String),
      instruction: expect.any(String),
    })
    const text = await run('traps', '--input', input)
    expect(text.stdout).toContain(`${trap.pc} (${trap.symbol})`)
    expect(text.stdout).toContain(trap.message)
  })

  test('a guest without any input', async () => {
    expect(jsonOf(await run('fibonacci', '--json'))).toMatchObject({
      outcome: 'trapped',
      trap: { kind: 'input-empty' },
    })
  })

  test('limits stop an endless loop: status 6', async () => {
    const counted = await run('traps', '--input', trapInput.endlessLoop, '--max-instructions', '12_345', '--json')
    expectEnd(counted, 6)
    expect(jsonOf(counted)).toMatchObject({
      outcome: 'suspended',
      instret: 12_345,
      stop: { cause: 'instructions', pc: expect.stringMatching(/^0x/) },
    })
    const timed = await run('traps', '--input', trapInput.endlessLoop, '--timeout', '200ms', '--json')
    expect(timed.status).toBe(6)
    expect(jsonOf(timed)).toMatchObject({ outcome: 'suspended', stop: { cause: 'timeout' } })
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s while the guest runs gives status %d', async (signal, status) => {
    const running = start(place(), ['run', fixture('traps'), '--input', trapInput.endlessLoop, '--json'], {
      cache: warm.cache,
    })
    await running.said('rvr: running')
    running.process.kill(signal)
    const result = await running.result
    expect(result).toMatchObject({ status, stderr: expect.stringContaining('rvr: error: ') })
    expect(jsonOf(result)).toMatchObject({ error: { code: 'ABORTED' } })
  })

  test('a saved library runs, and is refused where it does not fit: status 5', async () => {
    expect(jsonOf(await run('fibonacci', '--artifact', saved, '--input', 'u64:90', '--json'))).toMatchObject({
      publicValues: answer,
      cache: { outcome: 'off' },
    })
    const other = await run('exitcode', '--artifact', saved, '--json')
    expectFailure(other, 5, saved, /guest/)
    expect(jsonOf(other)).toMatchObject({ error: { code: 'ARTIFACT_REFUSED', details: { reason: 'guest' } } })
    expectFailure(
      await run('fibonacci', '--artifact', saved, '--mode', 'metered-cost'),
      5,
      saved,
      /mode is pure, wanted metered-cost/,
    )
    const text = join(warm.directory, 'text.so')
    writeFileSync(text, 'no library')
    expectFailure(await run('fibonacci', '--artifact', text), 5, text, 'not a shared library')
    expectFailure(await run('fibonacci', '--artifact', join(warm.directory, 'none.so')), 2, 'none.so')
    expectFailure(await run('fibonacci', '--artifact', saved, '--tier', 'interp'), 2, '--artifact')
  })

  test('a library that cannot be written', async () => {
    const result = await cli(place(), ['compile', fixture('fibonacci'), '-o', '/proc/nothing.so'], {
      cache: warm.cache,
    })
    expect(result).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^rvr: error: cannot write \/proc\/nothing\.so: /),
    })
  })
})
