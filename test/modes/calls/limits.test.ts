/** Mode `calls` where something is used up: room for contexts, open calls, searches of these. */
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import type { Artifact, Guest, Run } from '../../../src/index.ts'
import { FEW_SEARCHED, LONG_SEARCHES } from '../../../src/layout/calls.ts'
import { assembler, type Assembler } from '../../support/assembler.ts'
import { buildElf } from '../../support/elf-builder.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { artifactOf, engines, TEXT, useRvr, widths } from '../../run/support.ts'
import { factsOfCalls, factsOfPlain, OTHER } from './plain.ts'
import { callsOf, expectExact, plainCalls } from './support.ts'

const host = useRvr('shared', 'quick')
const MEMORY = 0x2000000
const STACK = MEMORY + 0x80000

interface Code extends Assembler {
  /** A function begins. */
  fn(name: string): Assembler
}

/** `padding`: bytes of data behind the code, which belong to the last function. */
function guestOf(xlen: Xlen, write: (code: Code) => unknown, padding = 0): Promise<Guest> {
  const code = assembler(xlen, TEXT)
  const symbols: { name: string; address: number }[] = []
  const self: Code = {
    ...code,
    get pc() {
      return code.pc
    },
    fn(name) {
      symbols.push({ name, address: code.pc })
      return code.label(name)
    },
  }
  write(self)
  const written = code.finish()
  const bytes = new Uint8Array(written.length + padding)
  bytes.set(written)
  const segments = [
    { address: TEXT, bytes, flags: 5 },
    { address: MEMORY, bytes: new Uint8Array(64), memorySize: 0x80000, flags: 6 },
  ]
  return host.rvr.load(buildElf({ xlen, entry: TEXT, segments, symbols }))
}

const ret = { rs1: 'ra' } as const
const mark = (code: Assembler, imm: number): Assembler => code.op('addi', { rd: 0, rs1: 0, imm })

const allCalls = (run: Run): number => callsOf(run).contexts.calls.reduce((sum, calls) => sum + calls, 0)

/** A tree of calls in which each function calls both, twice as many for each more of `levels`. */
function writeTree(code: Code, levels: number): void {
  code.fn('start').li('sp', STACK).li('a0', levels).op('jal', { rd: 'ra', target: 'f' }).op('terminate')
  for (const [name, step] of [
    ['f', 0],
    ['g', 1],
  ] as const) {
    code
      .fn(name)
      .op('beq', { rs1: 'a0', target: `${name} ends` })
      .op('addi', { rd: 'sp', rs1: 'sp', imm: -16 })
    code.op('sw', { rs1: 'sp', rs2: 'ra' }).op('addi', { rd: 'a0', rs1: 'a0', imm: -1 })
    if (step !== 0) mark(code, step)
    code.op('jal', { rd: 'ra', target: 'f' })
    if (step !== 0) mark(code, step + 1)
    code.op('jal', { rd: 'ra', target: 'g' }).op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
    code.op('lw', { rd: 'ra', rs1: 'sp' }).op('addi', { rd: 'sp', rs1: 'sp', imm: 16 })
    code.label(`${name} ends`).op('jalr', ret)
  }
}

/** In pieces of so many instructions, but for the first one. */
async function inPieces(artifact: Artifact, maxInstructions: number, first = maxInstructions): Promise<Run> {
  let run = await artifact.execute({ maxInstructions: first })
  while (run.outcome === 'suspended') run = await run.resume({ maxInstructions })
  return run
}

describe.each(widths)('RV%i', xlen => {
  test.runIf(xlen === 64 || isExhaustive)(
    'contexts for which there is no room count together, and all that they count is there',
    async () => {
      // Contexts of a function of a megabyte are three times as large: a few dozen have room.
      const guest = await guestOf(xlen, code => writeTree(code, 8), 1 << 20)
      using profile = await guest.interpret('profile').execute()
      using wanted = await guest.interpret('calls').execute()
      const { paths } = callsOf(wanted)
      const other = paths.function.indexOf(OTHER)
      expect(paths.parent.filter(parent => parent === other)).toHaveLength(2)
      expect(paths.parent.length).toBeGreaterThan(50)
      // The first piece ends in a context for which there was no room, and what it counts from there on is in the next.
      const first = Math.floor((Number(wanted.instret) * 3) / 4)
      const rest = 600
      using begun = await guest.interpret('calls').execute({ maxInstructions: first })
      expect(callsOf(begun).paths.function).toContain(OTHER)
      using wantedPieces = await inPieces(guest.interpret('calls'), rest, first)
      for (const engine of engines) {
        const artifact = await artifactOf(guest, 'calls', engine)
        using whole = await artifact.execute()
        using pieces = await inPieces(artifact, rest, first)
        for (const run of [whole, pieces]) {
          expectExact(guest, run)
          expect([run.profile, allCalls(run)], engine).toEqual([profile.profile, 2 ** 9 - 1])
        }
        expect(callsOf(whole), engine).toEqual(callsOf(wanted))
        expect(callsOf(pieces), engine).toEqual(callsOf(wantedPieces))
      }
    },
  )

  // The other width recurses almost as deep in trees.test.ts.
  test.runIf(xlen === 32 || isExhaustive)('the outer half of more than 2^20 open calls is forgotten', async () => {
    const DEEP = 1_100_000
    const guest = await guestOf(xlen, code => {
      code.fn('start').li('a0', DEEP).op('jal', { rd: 'ra', target: 'f' }).label('back').op('terminate')
      code.fn('f').op('addi', { rd: 'a0', rs1: 'a0', imm: -1 }).op('beq', { rs1: 'a0', target: 'up' })
      // No stack has room for so many calls: all but the first are of one place.
      code.op('jal', { rd: 'ra', target: 'f' }).label('up').op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
      code.li('a1', DEEP).op('beq', { rs1: 'a0', rs2: 'a1', target: 'out' }).op('jalr', ret)
      code.label('out').li('ra', code.addressOf('back')).op('jalr', ret)
    })
    using wanted = await guest.interpret('calls').execute()
    expect(wanted.outcome).toBe('terminated')
    // Half of 2^20 - 1 frames; returns to forgotten ones stay in their function, the last one leaves it.
    expect(callsOf(wanted)).toMatchObject({ forgotten: 2 ** 19 - 1, unmatched: 1, skipped: 0 })
    for (const engine of ['native', 'native-interp'] as const) {
      const artifact = await artifactOf(guest, 'calls', engine)
      using run = await artifact.execute()
      expectExact(guest, run)
      expect(callsOf(run), engine).toEqual(callsOf(wanted))
      if (engine === 'native-interp') continue
      using pieces = await inPieces(artifact, 4_000_000)
      expect(callsOf(pieces)).toEqual(callsOf(wanted))
    }
  })

  test.each([LONG_SEARCHES - 1, LONG_SEARCHES, LONG_SEARCHES + 100])(
    'after %i long searches of open calls that found nothing',
    async misses => {
      const guest = await guestOf(xlen, code => {
        code
          .fn('start')
          .li('sp', STACK)
          .li('a0', 2 * FEW_SEARCHED)
          .li('a1', misses)
        code.op('jal', { rd: 'ra', target: 'f' }).label('back').op('terminate')
        code.fn('f').op('addi', { rd: 'sp', rs1: 'sp', imm: -16 }).op('addi', { rd: 'a0', rs1: 'a0', imm: -1 })
        code.op('beq', { rs1: 'a0', target: 'lost' }).op('jal', { rd: 'ra', target: 'f' })
        // Each of these two returns to where no open call came from.
        code
          .label('lost')
          .li('ra', code.pc + 12)
          .op('jalr', ret)
        code.fn('g').op('addi', { rd: 'a1', rs1: 'a1', imm: -1 }).op('beq', { rs1: 'a1', target: 'found' })
        code.op('jal', { target: 'lost' }).label('found').li('ra', code.addressOf('back')).op('jalr', ret)
      })
      const plain = await plainCalls(guest, {}, 100_000)
      const isFound = misses < LONG_SEARCHES
      expect(plain.unmatched).toBe(misses + (isFound ? 0 : 1))
      expect(plain.skipped).toBe(isFound ? 2 * FEW_SEARCHED - 1 : 0)
      for (const engine of engines) {
        const artifact = await artifactOf(guest, 'calls', engine)
        using run = await artifact.execute()
        using pieces = await inPieces(artifact, 2500)
        for (const each of [run, pieces]) {
          expect(factsOfCalls(callsOf(each)), engine).toEqual(factsOfPlain(plain))
          expectExact(guest, each)
        }
      }
    },
  )
})

test.each([0, 16])('RV64: open calls are told apart by the low half of x2, %i bytes off', async off => {
  const guest = await guestOf(64, code => {
    code.fn('start').li('sp', STACK).op('jal', { rd: 'ra', target: 'f' }).op('terminate')
    code.fn('f').op('addi', { rd: 's0', rs1: 'ra' }).op('jal', { rd: 'ra', target: 'g' }).op('terminate')
    code.label('resumed').op('addi', { rd: 'ra', rs1: 's0' }).op('jalr', ret)
    code
      .fn('g')
      .li('t1', 2n ** 40n + BigInt(off))
      .op('add', { rd: 'sp', rs1: 'sp', rs2: 't1' })
    code.li('ra', code.addressOf('resumed')).op('jalr', ret)
  })
  const plain = await plainCalls(guest, {}, 1000)
  expect(plain).toMatchObject({ skipped: off === 0 ? 0 : 1, unmatched: off === 0 ? 0 : 1 })
  for (const engine of engines) {
    using run = await (await artifactOf(guest, 'calls', engine)).execute()
    expect(run.outcome).toBe('terminated')
    expect(factsOfCalls(callsOf(run)), engine).toEqual(factsOfPlain(plain))
  }
})
