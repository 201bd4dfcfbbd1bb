/** What the run-time tests share: one Rvr per test file, small assembled guests, and everything of a run that two engines have to agree on. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { Rvr, RvrError, type Artifact, type Guest, type Run } from '../../src/index.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import type { ModeName } from '../../src/index.ts'

export const TEXT = 0x200800
export const DATA = 0x300000
export const modeNames = ['pure', 'metered', 'metered-cost', 'profile'] as const
export const engines = ['native', 'interp', 'native-interp'] as const
export const widths = [32, 64] as const
export type Engine = (typeof engines)[number]

/** Path of a prebuilt guest. */
export const fixture = (name: string, xlen: Xlen): string =>
  new URL(`../../cache-fixtures/guests/elf/${name}.rv${xlen}.elf`, import.meta.url).pathname

/** What an Rvr is created with to compile in a third of the time: nothing is optimised. */
export const quickly = (): { readonly cc?: string } => {
  const cc = inject('quickCompiler')
  return cc === '' ? {} : { cc }
}

/**
 * An Rvr, open while the tests of this file run, with the cache that test files share, or with one of its own where
 * misses count; `quick`: what it compiles is not optimised.
 */
export function useRvr(cache: 'shared' | 'own' = 'shared', speed?: 'quick'): { readonly rvr: Rvr } {
  const holder = {} as { rvr: Rvr }
  let own: string | undefined
  beforeAll(async () => {
    if (cache === 'own') own = await mkdtemp(join(tmpdir(), 'rvr-run-'))
    const cacheDir = own === undefined ? inject('sharedCache') : join(own, 'cache')
    holder.rvr = await Rvr.create({ cacheDir, ...(speed === 'quick' && quickly()) })
  })
  afterAll(async () => {
    await holder.rvr.dispose()
    if (own !== undefined) await rm(own, { recursive: true, force: true })
  })
  return holder
}

/** An executable of assembled code at TEXT, with writable data at DATA. */
export function program(xlen: Xlen, write: (code: Assembler) => unknown): Uint8Array {
  const code = assembler(xlen, TEXT)
  write(code)
  return buildElf({
    xlen,
    entry: TEXT,
    segments: [
      { address: TEXT, bytes: code.finish(), flags: 5 },
      { address: DATA, bytes: new Uint8Array(64), flags: 6 },
    ],
    symbols: [{ name: '_start', address: TEXT }],
  })
}

export function artifactOf(guest: Guest, mode: string, engine: Engine): Promise<Artifact> {
  if (engine === 'native') return guest.compile(mode as ModeName)
  if (engine === 'native-interp') return guest.interpretNatively(mode as ModeName)
  return Promise.resolve(guest.interpret(mode as ModeName))
}

/** All values of a run but its memory and its times. */
export function factsOf(run: Run) {
  const { outcome, exitCode, stopCause, trap, mode, instret, cost, pc, registers } = run
  return {
    outcome,
    exitCode,
    stopCause,
    trap,
    mode,
    instret,
    cost,
    pc,
    registers,
    publicValues: Buffer.from(run.publicValues).toString('hex'),
  }
}

/** Text, data and stack of every guest here lie below this address. */
const LOW = 4 << 20

/** Fails unless both runs are in the same state, memory included. */
export function expectSame(found: Run, wanted: Run): void {
  expect(factsOf(found)).toEqual(factsOf(wanted))
  for (const [from, to] of [
    [0, LOW],
    [found.memory.bytes.length - 4096, found.memory.bytes.length],
  ] as const) {
    const a = found.memory.bytes.subarray(from, to)
    const b = wanted.memory.bytes.subarray(from, to)
    if (Buffer.compare(a, b) !== 0)
      expect.fail(`memory differs at 0x${(from + a.findIndex((byte, index) => byte !== b[index])).toString(16)}`)
  }
}

/** The RvrError that a promise rejects with; fails the test where it resolves or rejects otherwise. */
export async function errorOf(promise: Promise<unknown>): Promise<RvrError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof RvrError)) throw new Error(`expected an RvrError, got ${String(error)}`, { cause: error })
  return error
}

/** Code that never ends, by what it does all the time. */
export const endless: Readonly<Record<string, (code: Assembler) => unknown>> = {
  'a jump to itself': code => code.label('loop').op('jal', { target: 'loop' }),
  'loads and stores': code =>
    code
      .li('s0', DATA)
      .label('loop')
      .op('lw', { rd: 'a0', rs1: 's0' })
      .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
      .op('sw', { rs1: 's0', rs2: 'a0' })
      .op('jal', { target: 'loop' }),
  'calls and returns': code =>
    code
      .op('jal', { target: 'loop' })
      .label('leaf')
      .op('addi', { rd: 'a1', rs1: 'a1', imm: 1 })
      .op('jalr', { rs1: 'ra' })
      .label('loop')
      .op('jal', { rd: 'ra', target: 'leaf' })
      .op('jal', { target: 'loop' }),
  'host instructions': code =>
    code
      .label('loop')
      .op('reveal', { rd: 0, rs1: 'a0' })
      .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
      .op('jal', { target: 'loop' }),
}
