/** The native interpreter as an engine: what only it can get wrong, and moves from one engine to the next but one. */
import { afterAll, describe, expect, test } from 'vitest'
import { Artifact, type Guest, type Run } from '../../src/index.ts'
import { modeNamed, type ModeName } from '../../src/modes/registry.ts'
import { buildArtifact, buildInterpreter, createServices } from '../../src/pipeline.ts'
import { WorkerPool } from '../../src/run/pool.ts'
import { Tier } from '../../src/run/tier.ts'
import { Lifetime } from '../../src/sdk/lifetime.ts'
import { sample } from '../support/exhaustive.ts'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { inject } from 'vitest'
import { busyGuest, busyOptions, expectEqual, printer } from './saved-support.ts'
import {
  artifactOf,
  DATA,
  engines,
  expectSame,
  factsOf,
  modeNames,
  program,
  quickly,
  TEXT,
  useRvr,
  widths,
} from './support.ts'

/** Its optimised code is compared in engines-agree.test.ts. */
const host = useRvr('shared', 'quick')
const pool = new WorkerPool(2)
afterAll(() => pool.close())

/** Engines that a run is offered one after the other, when the test says so. */
async function ladder(guest: Guest, mode: ModeName) {
  const services = await createServices({ cacheDir: inject('sharedCache'), ...quickly() }, () => {})
  const { image, abi, machine } = guest
  const parts = { image, abi, machine, mode: modeNamed(mode) }
  const tier = new Tier()
  return {
    tier,
    interpreter: (await buildInterpreter(parts, services)).engine,
    native: (await buildArtifact(parts, services)).engine,
    artifact: new Artifact({
      ...parts,
      lifetime: new Lifetime(),
      pool,
      engine: { engine: 'interp' },
      tier,
      cache: { outcome: 'off' },
      timing: {},
    }),
  }
}

const everything = (run: Run): object => ({
  ...factsOf(run),
  segments: run.segments,
  open: run.openSegment,
  profile: run.profile?.counts,
})

describe.each(widths)('RV%i', xlen => {
  // The widths share the modes.
  test.each(sample(modeNames, xlen / 32))(
    'mode %s: from the reference interpreter to the native one, and on into native code',
    async mode => {
      const guest = await host.rvr.load(busyGuest(xlen))
      const { tier, interpreter, native, artifact } = await ladder(guest, mode)
      const options = { ...busyOptions, ...(mode === 'metered' && { segmentLimits: { maxTraceHeight: 512 } }) }
      const text = printer()
      using whole = await (await guest.compile(mode)).execute({ ...options, onPrint: text.onPrint })
      const third = whole.instret / 3n
      const moved = printer()
      const first = await artifact.execute({ ...options, maxInstructions: third, onPrint: moved.onPrint })
      expect([first.engine, first.interpreted, first.interpretedNatively]).toEqual(['interp', third, 0n])
      tier.offer(interpreter)
      const second = await first.resume({ maxInstructions: third })
      expect([second.engine, second.interpreted]).toEqual(['native-interp', third])
      expect(second.interpretedNatively).toBe(second.instret - third)
      tier.offer(native)
      tier.end()
      using last = await second.resume()
      expect([last.engine, last.interpretedNatively]).toEqual(['native', second.interpretedNatively])
      expect([everything(last), moved.text()]).toEqual([everything(whole), text.text()])
      expectEqual(last, whole)
    },
  )

  test('control that runs off the end of the code, and jumps far away, trap as everywhere', async () => {
    const ends = {
      'behind the last instruction': () => assembler(xlen, TEXT).op('addi', { rd: 'a0', imm: 1 }),
      'a branch behind the code': () => assembler(xlen, TEXT).word(0x00000463),
      'a branch in front of the code': () => assembler(xlen, TEXT).word(0xfe000ee3),
      'a branch to the middle of an instruction': () => assembler(xlen, TEXT).word(0x00000163),
      'a jump that is not taken': () => assembler(xlen, TEXT).word(0x00001463),
      'a far call': () => assembler(xlen, TEXT).li('t0', DATA).op('jalr', { rd: 'ra', rs1: 't0' }),
    }
    for (const [title, code] of Object.entries(ends)) {
      const segments = [
        { address: TEXT, bytes: code().finish(), flags: 5 },
        { address: DATA, bytes: new Uint8Array(64), flags: 6 },
      ]
      const guest = await host.rvr.load(buildElf({ xlen, entry: TEXT, segments }))
      using wanted = await guest.interpret('metered').execute()
      expect(wanted.outcome, title).toBe('trapped')
      for (const engine of engines) {
        using run = await (await artifactOf(guest, 'metered', engine)).execute()
        expect(everything(run), `${title}, ${engine}`).toEqual(everything(wanted))
      }
    }
  })

  /** Straight lines longer than are paid for at once, entered at their start and in their middle. */
  const longLines = (): Uint8Array =>
    program(xlen, code => {
      code.li('s0', 3).label('again').op('jal', { rd: 'ra', target: 'middle' }).op('jal', { rd: 'ra', target: 'line' })
      code.op('addi', { rd: 's0', rs1: 's0', imm: -1 }).op('bne', { rs1: 's0', target: 'again' })
      code.op('reveal', { rs1: 'a0' }).op('terminate')
      code.label('line')
      for (let index = 0; index < 2500; index++) {
        if (index === 1300) code.label('middle')
        code.op('addi', { rd: 'a0', rs1: 'a0', imm: index % 7 })
      }
      code.op('jalr', { rs1: 'ra' })
    })

  test.each(sample(modeNames, xlen / 32 + 1))(
    'mode %s: limits within lines of thousands of instructions',
    async mode => {
      const guest = await host.rvr.load(longLines())
      const artifact = await guest.interpretNatively(mode)
      const reference = guest.interpret(mode)
      for (const maxInstructions of [0, 1, 1199, 1200, 2204, 5000, 9999, undefined]) {
        using run = await artifact.execute({ maxInstructions })
        using wanted = await reference.execute({ maxInstructions })
        expect(everything(run), `${maxInstructions}`).toEqual(everything(wanted))
        if (run.outcome !== 'suspended') continue
        using end = await run.resume()
        using wantedEnd = await wanted.resume()
        expectSame(end, wantedEnd)
        expect(end.profile?.counts).toEqual(wantedEnd.profile?.counts)
      }
    },
  )
})

test('stop and resume at every instruction', async () => {
  const guest = await host.rvr.load(busyGuest(64))
  for (const mode of modeNames) {
    const artifact = await guest.interpretNatively(mode)
    const options = { ...busyOptions, ...(mode === 'metered' && { segmentLimits: { maxTraceHeight: 256 } }) }
    using whole = await artifact.execute({ ...options, maxInstructions: 3000 })
    let run = await artifact.execute({ ...options, maxInstructions: 2850 })
    while (run.instret < 3000n) run = await run.resume({ maxInstructions: 1 })
    expect(everything(run), mode).toEqual(everything(whole))
    run.dispose()
  }
})

test('guest.check holds it against the reference interpreter too', async () => {
  const guest = await host.rvr.load(busyGuest(32))
  const report = await guest.check(await guest.interpretNatively('metered-cost'), busyOptions)
  expect(report.run.outcome).toBe('terminated')
})
