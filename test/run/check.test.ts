/** Lockstep checking: agrees on sound libraries, and names the place where a damaged one goes wrong. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { u64, utf8, type Artifact, type ExecuteOptions, type Guest } from '../../src/index.ts'
import { conventionFor } from '../../src/codegen/convention.ts'
import { runMake } from '../../src/toolchain/make.ts'
import { describeToolchain } from '../../src/toolchain/toolchain.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { DATA, errorOf, fixture, modeNames, program, TEXT, useRvr, widths } from './support.ts'
import type { ModeName } from '../../src/index.ts'

const host = useRvr()
/** What is sound is so at any optimisation; what gets damaged is optimised. */
const quick = useRvr('shared', 'quick')

const sound: readonly (readonly [name: string, abi: 'openvm' | 'linux', options: ExecuteOptions, outcome: string])[] = [
  ['fibonacci', 'openvm', { inputs: [u64(30_000)] }, 'terminated'],
  ['echo', 'openvm', { inputs: [utf8('echo')] }, 'terminated'],
  ['exitcode', 'openvm', { inputs: [Uint8Array.of(7)] }, 'terminated'],
  ['traps', 'openvm', { inputs: [Uint8Array.of(1)] }, 'trapped'],
  ['traps', 'openvm', { inputs: [Uint8Array.of(8)] }, 'trapped'],
  ['traps', 'openvm', { inputs: [Uint8Array.of(9)] }, 'terminated'],
  ['hello', 'linux', {}, 'terminated'],
  ['args', 'linux', { args: ['args', 'x'], inputs: [utf8('input')] }, 'terminated'],
  ['printf', 'linux', {}, 'terminated'],
]

describe.each(widths)('RV%i', xlen => {
  // The widths share the guests: comparing all of memory takes most of the time.
  test.each(sample(sound, xlen / 32))(
    '%s agrees with the interpreter (%s, %o)',
    async (name, abi, options, outcome) => {
      const guest = await quick.rvr.load(fixture(name, xlen), { abi })
      const artifact = await guest.compile(xlen === 32 ? 'pure' : 'metered-cost')
      const { run, instructions } = await guest.check(artifact, options)
      using plain = await artifact.execute(options)
      expect(run.outcome).toBe(outcome)
      expect(instructions).toBe(plain.instret)
      expect(run.cost).toBe(plain.cost)
      expect(run.publicValues).toEqual(plain.publicValues)
      run.dispose()
    },
  )
})

test('limits hold across the stretches that are compared', async () => {
  const guest = await quick.rvr.load(fixture('traps', 64))
  const artifact = await guest.compile('metered-cost')
  const endless = { inputs: [Uint8Array.of(7)] }
  for (const maxInstructions of [1, 999, 250_001]) {
    const { run } = await guest.check(artifact, { ...endless, maxInstructions })
    expect(run).toMatchObject({ outcome: 'suspended', stopCause: 'instructions', instret: BigInt(maxInstructions) })
    run.dispose()
  }
  const { run } = await guest.check(artifact, { ...endless, maxCost: 5_000_000 })
  expect(run).toMatchObject({ outcome: 'suspended', stopCause: 'cost' })
  expect(run.cost!).toBeLessThanOrEqual(5_000_000n)
  run.dispose()
  const { run: late } = await guest.check(artifact, { ...endless, timeoutMs: 50 })
  expect(late).toMatchObject({ outcome: 'suspended', stopCause: 'timeout' })
  late.dispose()
  expect(await errorOf(guest.check(artifact, { ...endless, signal: AbortSignal.timeout(50) }))).toMatchObject({
    code: 'ABORTED',
  })
})

/** 120,000 instructions before the one that gets damaged, so that the damage lies behind the first comparison. */
function slowStart(code: Assembler): Assembler {
  return code
    .li('s0', DATA)
    .li('t0', 60_000)
    .label('wait')
    .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
    .op('bne', { rs1: 't0', target: 'wait' })
    .op('jal', { target: 'victim' })
    .word(0)
    .label('victim')
    .op('xori', { rd: 'a0', rs1: 't0', imm: 85 })
    .op('sw', { rs1: 's0', rs2: 'a0', imm: 256 })
    .op('terminate')
}

/** The guest's library from C in which everything that `from` matches is replaced by `to`. */
async function damaged(guest: Guest, mode: ModeName, from: RegExp, to: string): Promise<Artifact> {
  const directory = await mkdtemp(join(tmpdir(), 'rvr-damaged-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  await guest.compile(mode, { emitDirectory: directory })
  let places = 0
  // Code that a suspended run enters is a copy in a file of its own: both have to be wrong.
  for (const name of (await readdir(directory)).filter(entry => /^(unit|resume|unit_resume)_\d+\.c$/.test(entry))) {
    const text = await readFile(join(directory, name), 'utf8')
    places += [...text.matchAll(from)].length
    await writeFile(join(directory, name), text.replaceAll(from, to))
  }
  expect(places, `places with ${String(from)}`).toBeGreaterThan(0)
  const toolchain = await describeToolchain()
  await runMake(directory, toolchain, conventionFor(toolchain).verifies ? ['VERIFY_TAIL_CALLS=1'] : [])
  return guest.loadArtifact(join(directory, 'guest.so'))
}

describe.each(modeNames)('a damaged library (%s)', mode => {
  const code = assembler(64, TEXT)
  slowStart(code)
  const victim = code.addressOf('victim')
  // The modes share what is wrong of what all of them have.
  const turn = modeNames.indexOf(mode) % 2
  const isMine = (index: number): boolean => isExhaustive || index === turn

  test.runIf(isMine(0))('a wrong result is reported with the place', async () => {
    const guest = await host.rvr.load(program(64, slowStart))
    const error = await errorOf(guest.check(await damaged(guest, mode, /a0 = t0 \^ 85;/g, 'a0 = t0 ^ 84;')))
    expect(error.code).toBe('CHECK_DIVERGED')
    // Three instructions, 60,000 rounds of two, a jump: no later than the guest's end, which is two instructions
    // behind.
    expect(error.details).toMatchObject({ pc: victim, instret: 120_005n })
    expect(Number(error.details['from'])).toBeLessThanOrEqual(120_005)
    expect(Number(error.details['until'])).toBeLessThanOrEqual(120_007)
    expect(error.message).toContain(`0x${victim.toString(16)} (_start+0x`)
    expect(error.message).toContain('a0 is 0x54, expected 0x55')
  })

  test.runIf(isMine(1))('a wrong byte in memory is reported with its address', async () => {
    const guest = await host.rvr.load(program(64, slowStart))
    const error = await errorOf(guest.check(await damaged(guest, mode, /(\*\(u32 \*\)\(.*\)) = a0;/g, '$1 = 7;')))
    expect(error).toMatchObject({ code: 'CHECK_DIVERGED', details: { address: DATA + 256 } })
  })

  test('a wrong count is reported', async () => {
    const guest = await host.rvr.load(program(64, slowStart))
    // The loop's block: two instructions, 47 trace cells.
    const [from, to, what] = {
      pure: [/left -= 2;(?=\n\s*t0 = t0 \+)/g, 'left -= 1;', 'expected'],
      'metered-cost': [/(cells\w* [-+]=) 47;/g, '$1 46;', 'cost is'],
      profile: [/(cells\w* [-+]=) 47;/g, '$1 46;', 'cost is'],
      metered: [/rows0 \+= \(rows\){ (\d+), 1/g, 'rows0 += (rows){ $1, 2', 'cost is'],
    }[mode] as [RegExp, string, string]
    const error = await errorOf(guest.check(await damaged(guest, mode, from, to)))
    expect(error).toMatchObject({ code: 'CHECK_DIVERGED', message: expect.stringContaining(what) })
  })
})
