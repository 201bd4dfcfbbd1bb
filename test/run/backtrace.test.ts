/** Backtraces of traps: frames as compilers make them, none where there is nothing to go by, and stacks that were overwritten. */
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES, type Xlen } from '../../src/elf/image.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { backtraceOf, type BacktraceFrame } from '../../src/sdk/backtrace/backtrace.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { randomSource } from '../support/random.ts'
import { DATA, fixture, TEXT, useRvr, widths } from './support.ts'

const host = useRvr()

const store = (xlen: Xlen): string => (xlen === 64 ? 'sd' : 'sw')
const load = (xlen: Xlen): string => (xlen === 64 ? 'ld' : 'lw')

interface FrameShape {
  readonly bytes: number
  /** Sets up s0 as a frame pointer. */
  readonly keepsFrame?: boolean
}

/** A function that saves ra (and s0), does what `body` does, and returns. */
function enclosed(
  code: Assembler,
  xlen: Xlen,
  name: string,
  { bytes, keepsFrame = false }: FrameShape,
  body: (code: Assembler) => unknown,
): void {
  const width = xlen / 8
  const first = Math.min(bytes, 2032)
  const rest = bytes - first
  code
    .label(name)
    .op('addi', { rd: 'sp', rs1: 'sp', imm: -first })
    .op(store(xlen), { rs1: 'sp', rs2: 'ra', imm: first - width })
  if (keepsFrame)
    code
      .op(store(xlen), { rs1: 'sp', rs2: 's0', imm: first - 2 * width })
      .op('addi', { rd: 's0', rs1: 'sp', imm: first })
  // A frame that no immediate reaches over is made in two steps.
  if (rest > 0) code.li('t1', rest).op('sub', { rd: 'sp', rs1: 'sp', rs2: 't1' })
  body(code)
  if (rest > 0) code.li('t1', rest).op('add', { rd: 'sp', rs1: 'sp', rs2: 't1' })
  if (keepsFrame) code.op(load(xlen), { rd: 's0', rs1: 'sp', imm: first - 2 * width })
  code
    .op(load(xlen), { rd: 'ra', rs1: 'sp', imm: first - width })
    .op('addi', { rd: 'sp', rs1: 'sp', imm: first })
    .op('jalr', { rs1: 'ra' })
}

const call = (code: Assembler, target: string): Assembler => code.op('jal', { rd: 'ra', target })
const trap = (code: Assembler): Assembler =>
  code.op('addi', { rd: 'a1', rs1: 0, imm: -8 }).op('lw', { rd: 'a0', rs1: 'a1' })

/** `write` puts functions behind `_start`, which calls `main`. */
function guestOf(xlen: Xlen, write: (code: Assembler) => unknown, names: readonly string[]): Uint8Array {
  const code = assembler(xlen, TEXT).li('sp', 0x200400)
  call(code, 'main').op('terminate')
  write(code)
  return buildElf({
    xlen,
    entry: TEXT,
    segments: [
      { address: TEXT, bytes: code.finish(), flags: 5 },
      { address: DATA, bytes: new Uint8Array(64), flags: 6 },
    ],
    symbols: [{ name: '_start', address: TEXT }, ...names.map(name => ({ name, address: code.addressOf(name) }))],
  })
}

const shown = (frames: readonly BacktraceFrame[]): string[] =>
  frames.map(({ pc, symbol, found }) => `${symbol?.replace(/\+.*/, '') ?? `0x${pc.toString(16)}`} ${found}`)

async function framesOf(elf: Uint8Array): Promise<readonly BacktraceFrame[]> {
  using run = await (await host.rvr.load(elf)).interpret('pure').execute()
  return run.trap!.backtrace.frames
}

describe.each(widths)('RV%i', xlen => {
  test('a leaf that traps, below frames of every shape', async () => {
    const elf = guestOf(
      xlen,
      code => {
        enclosed(code, xlen, 'main', { bytes: 32 }, () => call(code, 'large'))
        enclosed(code, xlen, 'large', { bytes: 9000 }, () => call(code, 'framed'))
        enclosed(code, xlen, 'framed', { bytes: 64, keepsFrame: true }, () => {
          // What alloca does: only the frame pointer knows where the frame is.
          code.op('addi', { rd: 'sp', rs1: 'sp', imm: -160 })
          call(code, 'middle')
        })
        enclosed(code, xlen, 'middle', { bytes: 16 }, () => call(code, 'leaf'))
        trap(code.label('leaf')).op('jalr', { rs1: 'ra' })
      },
      ['main', 'large', 'framed', 'middle', 'leaf'],
    )
    const frames = await framesOf(elf)
    expect(shown(frames)).toEqual([
      'leaf trap',
      'middle register',
      'framed frame',
      'large frame',
      'main frame',
      '_start frame',
    ])
    // Each pc is that of the call.
    expect(frames.slice(1).map(({ symbol }) => symbol)).toEqual([
      'middle+0x8',
      'framed+0x14',
      expect.stringMatching(/^large\+0x/),
      'main+0x8',
      '_start+0x8',
    ])
  })

  test('a function that traps behind a call of its own: its ra is saved, or only looks like a caller', async () => {
    const elf = guestOf(
      xlen,
      code => {
        enclosed(code, xlen, 'main', { bytes: 32 }, () => call(code, 'worker'))
        enclosed(code, xlen, 'worker', { bytes: 32 }, () => trap(call(code, 'nothing')))
        code.label('nothing').op('jalr', { rs1: 'ra' })
      },
      ['main', 'worker', 'nothing'],
    )
    expect(shown(await framesOf(elf))).toEqual(['worker trap', 'main frame', '_start frame'])
    const shrunk = guestOf(
      xlen,
      code => {
        enclosed(code, xlen, 'main', { bytes: 32 }, () => call(code, 'worker'))
        // Saves ra behind a branch, where the straight line does not reach.
        code
          .label('worker')
          .op('beq', { rs1: 'ra', target: 'out' })
          .op('addi', { rd: 'sp', rs1: 'sp', imm: -16 })
          .op(store(xlen), { rs1: 'sp', rs2: 'ra', imm: 8 })
        trap(call(code, 'nothing')).label('out').label('nothing').op('jalr', { rs1: 'ra' })
      },
      ['main', 'worker', 'nothing'],
    )
    expect(shown(await framesOf(shrunk))).toEqual(['worker trap', 'main stack', '_start stack'])
  })

  test('a jump to nowhere names the jump, recursion every level', async () => {
    using run = await (
      await host.rvr.load(fixture('traps', xlen))
    )
      .interpret('pure')
      .execute({ inputs: [Uint8Array.of(3)] })
    expect(shown(run.trap!.backtrace.frames)).toEqual(['call trap', 'main register', '_start frame'])
    const elf = guestOf(
      xlen,
      code => {
        enclosed(code, xlen, 'main', { bytes: 16 }, () => call(code.li('a0', 5), 'recurse'))
        enclosed(code, xlen, 'recurse', { bytes: 48 }, () => {
          code.op('addi', { rd: 'a0', rs1: 'a0', imm: -1 }).op('beq', { rs1: 'a0', target: 'deep' })
          call(code, 'recurse').op('jal', { target: 'done' })
          trap(code.label('deep')).label('done')
        })
      },
      ['main', 'recurse'],
    )
    expect(shown(await framesOf(elf))).toEqual([
      'recurse trap',
      'recurse frame',
      'recurse frame',
      'recurse frame',
      'recurse frame',
      'main frame',
      '_start frame',
    ])
  })

  test('a stack that ran below address 0: 64 frames, and that there are more', async () => {
    using run = await (
      await host.rvr.load(fixture('traps', xlen))
    )
      .interpret('pure')
      .execute({ inputs: [Uint8Array.of(8)] })
    const { frames, isCut } = run.trap!.backtrace
    expect([isCut, ...new Set(shown(frames))]).toEqual([true, 'recurse trap', 'recurse register', 'recurse frame'])
    expect(frames).toHaveLength(64)
  })

  test('without symbols: frame pointers, else what lies on the stack, marked', async () => {
    const write =
      (keepsFrame: boolean) =>
      (code: Assembler): void => {
        enclosed(code, xlen, 'main', { bytes: 32, keepsFrame }, () => call(code, 'inner'))
        enclosed(code, xlen, 'inner', { bytes: 48, keepsFrame }, () => trap(code))
      }
    const bare = (keepsFrame: boolean): Uint8Array => {
      const elf = guestOf(xlen, write(keepsFrame), [])
      // No section headers, so no symbols.
      new DataView(elf.buffer).setUint16(xlen === 64 ? 60 : 48, 0, true)
      return elf
    }
    expect((await framesOf(bare(true))).map(({ found }) => found)).toEqual(['trap', 'frame', 'stack'])
    const guessed = await framesOf(bare(false))
    expect(guessed.map(({ found }) => found)).toEqual(['trap', 'register', 'stack'])
    expect(guessed.map(({ symbol }) => symbol)).toEqual([undefined, undefined, undefined])
  })

  test('a smashed stack ends the backtrace', async () => {
    const elf = guestOf(
      xlen,
      code => {
        enclosed(code, xlen, 'main', { bytes: 32 }, () => call(code, 'smash'))
        enclosed(code, xlen, 'smash', { bytes: 32 }, () => {
          code
            .li('t0', 0x200400)
            .li('t1', 0x41414141)
            .op('addi', { rd: 't2', rs1: 'sp' })
            .label('fill')
            .op('sw', { rs1: 't2', rs2: 't1' })
            .op('addi', { rd: 't2', rs1: 't2', imm: 4 })
            .op('bne', { rs1: 't2', rs2: 't0', target: 'fill' })
          trap(code)
        })
      },
      ['main', 'smash'],
    )
    expect(shown(await framesOf(elf))).toEqual(['smash trap'])
  })

  test('any registers and any memory: at most 64 frames, and no error', () => {
    const next = randomSource(20 + xlen)
    const elf = guestOf(
      xlen,
      code => {
        enclosed(code, xlen, 'main', { bytes: 32, keepsFrame: true }, () => call(code, 'inner'))
        enclosed(code, xlen, 'inner', { bytes: 4096 }, () => trap(code))
      },
      ['main', 'inner'],
    )
    const image = parseElf(elf, 'x')
    const abi = abiNamed('openvm')
    const memory = new Uint8Array(1 << 22)
    const view = new DataView(memory.buffer)
    const code = (): number => TEXT - 8 + 4 * next(60)
    const address = (): number =>
      [code(), next(1 << 22), 0x3ffff8 + next(16), next(2 ** 32), MEMORY_BYTES - 4][next(5)]!
    for (let at = 0; at < 1 << 16; at += 4) view.setUint32(at, next(3) === 0 ? code() : next(1 << 16), true)
    for (let trial = 0; trial < 2000; trial++) {
      const x = BigUint64Array.from({ length: 32 }, () =>
        BigInt.asUintN(xlen, BigInt(address()) * (next(4) === 0 ? -1n : 1n) + (next(9) === 0 ? 1n << 60n : 0n)),
      )
      const { frames, isCut } = backtraceOf(image, abi, { x, view }, address())
      expect(frames.length).toBeLessThanOrEqual(64)
      expect(isCut).toBe(frames.length === 64)
    }
  })
})
