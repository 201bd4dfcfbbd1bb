/** `rvr profile`: what goes where, the gate, and what is refused before anything runs; in this process. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import type { Shell } from '../../src/cli/shell.ts'
import { RvrError } from '../../src/errors.ts'
import { formats } from '../../src/guest-profile/formats/formats.ts'
import { readGuestProfile } from '../../src/guest-profile/file.ts'

const guests = new URL('../../cache-fixtures/guests/', import.meta.url).pathname
const distinct = join(guests, 'profile/distinct.elf')
const constant = join(guests, 'profile/distinct-constant.elf')
const traps = join(guests, 'elf/traps.rv64.elf')
const directory = mkdtempSync(join(tmpdir(), 'rvr-profile-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const file = (name: string): string => join(directory, name)

interface Result {
  readonly status: number | undefined
  readonly stdout: Buffer
  readonly stderr: string
}

async function rvr(args: readonly string[], { isTTY = false } = {}): Promise<Result> {
  const stdout: Uint8Array[] = []
  let stderr = ''
  let status: number | undefined
  const shell: Shell = {
    stdout: { write: part => stdout.push(Buffer.from(part as string)) > 0, isTTY },
    stderr: { write: part => (stderr += String(part)) !== '' },
    signal: new AbortController().signal,
    finish: value => {
      status = value
    },
  }
  const program = await buildProgram(shell, 'profile')
  for (const command of program.commands) command.exitOverride()
  await program.parseAsync(['profile', ...args, '--no-project'], { from: 'user' })
  return { status, stdout: Buffer.concat(stdout), stderr }
}

const of = (guest: string, ...args: string[]): string[] => [guest, '--input', 'u64:40', '--tier', 'interp', ...args]
const profile = (...args: string[]): Promise<Result> => rvr(of(distinct, ...args))
/** The error that a call ends with. */
const refusal = (...args: string[]): Promise<unknown> => profile(...args).catch((error: unknown) => error)
const refused = (code: string, ...texts: string[]) =>
  expect.objectContaining({
    code,
    message: expect.stringContaining(texts[0]!),
    ...(texts[1] !== undefined && { hint: expect.stringContaining(texts[1]) }),
  })

beforeAll(async () => {
  for (const [guest, name] of [
    [distinct, 'before.json'],
    [constant, 'after.json'],
  ] as const)
    expect((await rvr(of(guest, '-q', '-o', file(name)))).status).toBe(0)
})

describe('what goes where', () => {
  test('a report on standard output, each file in the format of its extension', async () => {
    const names = ['text', 'markdown', ...formats.keys()]
    const extensions = ['.txt', '.md', ...[...formats.values()].map(({ extension }) => extension)]
    const files = extensions.map(extension => file(`all${extension}`))
    const { status, stdout, stderr } = await profile(...files.flatMap(path => ['-o', path]))
    expect(status).toBe(0)
    expect(stdout.toString()).toMatch(/^guest +.*distinct\.elf\nterminated +exit code 0\n/)
    for (const [index, path] of files.entries()) expect(stderr).toContain(`wrote ${path} (${names[index]})\n`)
    expect(readFileSync(file('all.txt'), 'utf8')).toBe(stdout.toString())
    expect(readFileSync(file('all.pb.gz')).subarray(0, 2)).toEqual(Buffer.of(0x1f, 0x8b))
    expect(readGuestProfile(readFileSync(file('all.json'), 'utf8'), 'all.json').guest.name).toBe(distinct)
    expect(JSON.parse(readFileSync(file('all.speedscope.json'), 'utf8'))).toHaveProperty('shared.frames')
  })

  test('--memory: cells of the memory tables, shared out over the tree, and segments in the page', async () => {
    const { stdout } = await profile('--memory', '-o', file('memory.json'), '-o', file('memory.html'), '-q')
    const { memory, nodes, totals } = readGuestProfile(readFileSync(file('memory.json'), 'utf8'), 'memory.json')
    expect(memory).toBeGreaterThan(0)
    expect(nodes.memory!.reduce((sum, cells) => sum + cells, 0)).toBe(memory)
    expect(nodes.memory!.filter(cells => cells > 0).length).toBeGreaterThan(2)
    expect(stdout.toString()).toContain(`memory tables   ${memory!.toLocaleString('en')} trace cells more\n`)
    const plain = readGuestProfile(readFileSync(file('before.json'), 'utf8'), 'before.json')
    expect([plain.memory, plain.totals]).toEqual([undefined, totals])
    expect(readFileSync(file('memory.html'), 'utf8')).toMatch(/"segments":\[\[/)
    await expect(refusal('--memory', '--save', file('memory.run'))).resolves.toMatchObject({
      message: expect.stringContaining('--memory'),
    })
  })

  test('--format on standard output is what it is in a file, whatever the name', async () => {
    for (const format of ['folded', 'pprof']) {
      const shown = await profile('--format', format, '-q')
      const kept = await profile('--format', format, '-o', file('any.name'), '-q')
      expect(readFileSync(file('any.name')).equals(shown.stdout)).toBe(true)
      expect(kept.stdout.toString()).toMatch(/^guest /)
    }
  })

  test('inlined functions and lines of the source are in it', async () => {
    const { stdout } = await profile('--by', 'line', '--unit', 'instructions', '-q')
    expect(stdout.toString()).toMatch(/^ +guests\/profile\/distinct\.c:27 +slot_of +40 +/m)
  })

  test('calls, and steps by the names of a file', async () => {
    writeFileSync(file('names.json'), '{"2": "count"}')
    const calls = await profile('--by', 'call', '-q')
    expect(calls.stdout.toString()).toMatch(/^ +main +1 .*\n +insert +40 .*\n +slot_of +inlined /m)
    const named = ['--steps', file('names.json'), '-q']
    const steps = await profile('--by', 'step', ...named)
    expect(steps.stdout.toString()).toMatch(/^ +step 1 +1 +[\d,]+ .*\n +count +2 +[\d,]+ /m)
    for (const step of ['2', 'count']) {
      const { stdout } = await profile('--step', step, ...named)
      expect(stdout.toString()).toMatch(/^step +count: [\d,]+ trace cells/m)
      expect(stdout.toString()).not.toContain('generate')
    }
  })

  test('a binary format is not for a terminal', async () => {
    const onTerminal = (format: string) => rvr(of(distinct, '--format', format, '-q'), { isTTY: true })
    await expect(onTerminal('pprof')).rejects.toEqual(refused('USAGE', 'no text for a terminal', '-o profile.pb.gz'))
    expect((await onTerminal('folded')).status).toBe(0)
  })

  test('--json: one object, with what was written', async () => {
    const { stdout, stderr } = await profile('--json', '-q', '-o', file('x.folded'), '--by', 'call')
    expect(JSON.parse(stdout.toString())).toMatchObject({
      outcome: 'terminated',
      written: [{ file: file('x.folded'), format: 'folded' }],
      profile: { by: 'call', unit: 'cells', warnings: [] },
    })
    expect(stderr).toBe('')
  })
})

describe('comparing', () => {
  test('the gate: 1 beyond the threshold, 0 within it', async () => {
    const gate = (guest: string, base: string, threshold: string) =>
      rvr(of(guest, '--base', file(base), '--threshold', threshold, '-q'))
    const beyond = await gate(distinct, 'after.json', '5%')
    expect(beyond.status).toBe(1)
    expect(beyond.stdout.toString()).toMatch(/^too dear: the cost grew by more than 5%$/m)
    expect(beyond.stdout.toString()).toMatch(/^compared with .*after\.json, of another build$/m)
    expect((await gate(distinct, 'after.json', '50%')).status).toBe(0)
    expect((await gate(constant, 'before.json', '0')).status).toBe(0)
    expect((await gate(distinct, 'before.json', '0')).status).toBe(0)
  })

  test('in Markdown and JSON', async () => {
    const { stdout } = await rvr(of(constant, '--base', file('before.json'), '--format', 'markdown', '-q'))
    expect(stdout.toString()).toMatch(/\*\*[\d,]+ trace cells \(−[\d.]+%\)\*\*/)
    const json = await rvr(of(constant, '--base', file('before.json'), '--json', '-q'))
    expect(JSON.parse(json.stdout.toString()).comparison).toMatchObject({
      base: file('before.json'),
      sameGuest: false,
      changes: [{ name: 'slot_of', change: expect.any(Number) }, {}],
    })
  })

  test('doubts are warnings', async () => {
    const base = JSON.parse(readFileSync(file('before.json'), 'utf8')) as Record<string, object>
    const changed = { ...base, guest: { ...base['guest'], xlen: 32 }, outcome: 'suspended' }
    writeFileSync(file('rv32.json'), JSON.stringify(changed))
    const { stderr } = await profile('--base', file('rv32.json'))
    expect(stderr).toMatch(/warning: .*rv32\.json is of an RV32 guest/)
    expect(stderr).toMatch(/warning: .*did not come to its end .* suspended/)
  })

  test('what is no profile is refused before anything runs', async () => {
    const text = readFileSync(file('before.json'), 'utf8')
    writeFileSync(file('cut.json'), text.slice(0, text.length / 2))
    writeFileSync(file('version.json'), JSON.stringify({ ...JSON.parse(text), version: 99 }))
    writeFileSync(file('cost.json'), '{"cost": 3}')
    for (const [name, reason] of [
      ['cut.json', 'format'],
      ['version.json', 'version'],
      ['cost.json', 'format'],
    ] as const) {
      const error = (await refusal('--base', file(name), '-o', file('never.json'))) as RvrError
      expect(error, name).toEqual(refused('INPUT_INVALID', name))
      expect(error.details, name).toMatchObject({ reason })
    }
    expect(await refusal('--base', file('none.json'))).toEqual(refused('IO', 'none.json'))
    expect(existsSync(file('never.json'))).toBe(false)
  })
})

test('bad usage', async () => {
  expect(await refusal('--threshold', '2%')).toEqual(refused('USAGE', '--threshold needs', '--base'))
  expect(await refusal('-o', file('x.exe'))).toEqual(refused('USAGE', 'says no format', '.pb.gz'))
  expect(await refusal('-o', file('a.json'), '-o', file('b.json'), '--format', 'json')).toEqual(
    refused('USAGE', 'names several'),
  )
  expect(await refusal('--base', file('before.json'), '--format', 'folded')).toEqual(
    refused('USAGE', '--format folded has no place for it', '-o'),
  )
  expect(await refusal('-o', '/proc/no/such/x.json')).toEqual(refused('IO', '/proc/no/such/x.json'))
  expect(await refusal('--step', 'nowhere')).toEqual(refused('USAGE', 'no step nowhere', 'Its steps: 0, 1, 2.'))
  writeFileSync(file('steps.json'), '{"5000": "far"}')
  expect(await refusal('--steps', file('steps.json'))).toEqual(refused('INPUT_INVALID', 'steps.json'))
})

describe('how the run ended', () => {
  test('a trap is 4, with the profile up to there', async () => {
    const args = [traps, '--input', 'hex:01', '--tier', 'interp', '-o', file('trapped.json')]
    const { status, stdout } = await rvr(args)
    expect(status).toBe(4)
    expect(stdout.toString()).toMatch(/^trapped +load-outside: /m)
    expect(readGuestProfile(readFileSync(file('trapped.json'), 'utf8'), 'x').outcome).toBe('trapped')
  })

  test('a limit is 6; the run is saved, and gone on with', async () => {
    const stopped = await profile('--max-instructions', '500', '--save', file('part.run'))
    expect(stopped.status).toBe(6)
    expect(stopped.stdout.toString()).toMatch(/^suspended +by a limit: what follows is the profile up to there$/m)
    expect(stopped.stderr).toContain(`go on with rvr profile ${distinct} --resume ${file('part.run')}`)
    const rest = await rvr([distinct, '--resume', file('part.run'), '--tier', 'interp', '-q', '-o', file('rest.json')])
    expect(rest.status).toBe(0)
    expect(readFileSync(file('rest.json'), 'utf8')).toBe(readFileSync(file('before.json'), 'utf8'))
  })
})
