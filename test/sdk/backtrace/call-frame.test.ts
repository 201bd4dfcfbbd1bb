/** The walk by call frame information: before all else, and with what else there is where that says nothing. */
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { backtraceOf } from '../../../src/sdk/backtrace/backtrace.ts'
import { assembler, type Assembler } from '../../support/assembler.ts'
import { buildElf, type SymbolSpec } from '../../support/elf-builder.ts'
import { frameSection } from '../../support/frame-section.ts'
import { randomSource } from '../../support/random.ts'
import { DATA, TEXT, useRvr, widths } from '../../run/support.ts'

const host = useRvr()

const FRAME_BYTES = 64
const store = (xlen: Xlen): string => (xlen === 64 ? 'sd' : 'sw')
const call = (code: Assembler, target: string): Assembler => code.op('jal', { rd: 'ra', target })
const trap = (code: Assembler): Assembler =>
  code.op('addi', { rd: 'a1', rs1: 0, imm: -8 }).op('lw', { rd: 'a0', rs1: 'a1' })

/** Makes its frame and saves ra behind a branch, which no reader of prologues looks behind. */
function hiddenFrame(code: Assembler, xlen: Xlen, name: string): Assembler {
  code.label(name).op('bne', { rs1: 0, rs2: 0, target: name }).op('addi', { rd: 'sp', rs1: 'sp', imm: -FRAME_BYTES })
  return code.op(store(xlen), { rs1: 'sp', rs2: 'ra', imm: FRAME_BYTES - xlen / 8 })
}

/** advance_loc 8, def_cfa_offset, advance_loc 4, offset of ra. */
const hiddenProgram = [0x48, 0x0e, FRAME_BYTES, 0x44, 0x81, 1]

interface Guest {
  readonly write: (code: Assembler) => unknown
  /** Programs of functions by label; each is as long as the way to the next label in this list, or to `end`. */
  readonly programs: Readonly<Record<string, readonly number[]>>
  /** Default none. */
  readonly symbols?: readonly SymbolSpec[]
  /** What becomes of the section with the programs. */
  readonly change?: (section: Uint8Array) => Uint8Array
}

/** `_start` calls `main`. */
function guestOf(xlen: Xlen, { write, programs, symbols = [], change = section => section }: Guest): Uint8Array {
  const code = assembler(xlen, TEXT).li('sp', 0x200400)
  call(code, 'main').op('terminate')
  write(code)
  code.label('end').op('jalr', { rs1: 'ra' })
  const bytes = code.finish()
  const starts = [...Object.keys(programs), 'end'].map(label => code.addressOf(label))
  const entries = Object.values(programs).map((program, index) => ({
    from: starts[index]!,
    size: starts[index + 1]! - starts[index]!,
    program,
  }))
  const encoding = 0x1b
  const address = 0x1000
  const section = change(frameSection({ xlen, augmentation: 'zR', data: [encoding], encoding, address, entries }))
  return buildElf({
    xlen,
    entry: TEXT,
    symbols,
    segments: [
      { address: TEXT, bytes, flags: 5 },
      { address: DATA, bytes: new Uint8Array(64), flags: 6 },
    ],
    sections: [{ name: '.eh_frame', address, size: 0, flags: 2, bytes: section }],
  })
}

async function foundIn(elf: Uint8Array): Promise<string[]> {
  using run = await (await host.rvr.load(elf)).interpret('pure').execute()
  return run.trap!.backtrace.frames.map(({ found }) => found)
}

describe.each(widths)('wish 1 for RV%i', xlen => {
  const write = (code: Assembler): void => {
    call(hiddenFrame(code, xlen, 'main'), 'middle')
    call(hiddenFrame(code, xlen, 'middle'), 'leaf')
    trap(code.label('leaf'))
  }
  const programs = { main: hiddenProgram, middle: hiddenProgram, leaf: [] }
  const walk = (change: Partial<Guest>): Promise<string[]> => foundIn(guestOf(xlen, { write, programs, ...change }))

  test('frames that nothing else finds', async () => {
    expect(await walk({})).toEqual(['trap', 'cfi', 'cfi', 'cfi'])
    expect(await walk({ programs: {} })).toEqual(['trap', 'register', 'stack', 'stack'])
    // All lies behind the only symbol.
    expect(await walk({ symbols: [{ name: '_start', address: TEXT }] })).toEqual(['trap', 'cfi', 'cfi', 'cfi'])
  })

  test('a function whose program is not readable is walked by its prologue, from where it begins', async () => {
    const plain = (code: Assembler): void => {
      call(hiddenFrame(code, xlen, 'main'), 'middle')
      code.label('middle').op('addi', { rd: 'sp', rs1: 'sp', imm: -32 })
      code.op(store(xlen), { rs1: 'sp', rs2: 'ra', imm: 16 })
      call(code, 'leaf')
      trap(code.label('leaf'))
    }
    const expression = [0x0f, 1, 0x30]
    const found = await walk({ write: plain, programs: { ...programs, middle: expression } })
    expect(found).toEqual(['trap', 'cfi', 'frame', 'cfi'])
  })

  test('a function without a return address is the last one', async () => {
    const undefinedRa = [0x07, 1]
    expect(await walk({ programs: { ...programs, middle: undefinedRa } })).toEqual(['trap', 'cfi'])
  })

  test('a function that says it saved nothing is left by the stack: ra is from its own call', async () => {
    const bare = [0x4c, 0x0e, FRAME_BYTES]
    expect(await walk({ programs: { ...programs, middle: bare } })).toEqual(['trap', 'cfi', 'stack', 'stack'])
  })

  test('frame pointers, and frames that lie outside of memory or below the stack', async () => {
    const framed = (code: Assembler): void => {
      call(hiddenFrame(code, xlen, 'main'), 'middle')
      hiddenFrame(code, xlen, 'middle').op('addi', { rd: 's0', rs1: 'sp', imm: FRAME_BYTES })
      call(code.op('addi', { rd: 'sp', rs1: 'sp', imm: -256 }), 'leaf')
      trap(code.label('leaf'))
    }
    const by = (middle: readonly number[]): Promise<string[]> =>
      walk({ write: framed, programs: { ...programs, middle } })
    expect(await by([...hiddenProgram, 0x44, 0x0c, 8, 0])).toEqual(['trap', 'cfi', 'cfi', 'cfi'])
    const outside = ['trap', 'cfi', 'stack', 'stack']
    expect(await by([...hiddenProgram, 0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f])).toEqual(outside)
    expect(await by([...hiddenProgram, 0x12, 2, 16])).toEqual(outside)
    // A register of which nothing is known.
    expect(await by([...hiddenProgram, 0x0d, 9])).toEqual(outside)
  })

  test('damaged tables, any registers and any memory: at most 64 frames, and no error', () => {
    const next = randomSource(90 + xlen)
    const abi = abiNamed('openvm')
    const memory = new Uint8Array(1 << 22)
    const view = new DataView(memory.buffer)
    const code = (): number => TEXT + 4 * next(30)
    const text = parseElf(guestOf(xlen, { write, programs }), 'x').segments[0]!.bytes
    const words = new Uint32Array(text.slice().buffer)
    const JAL_RA = 0xef
    const calls = [...words.keys()].filter(index => (words[index]! & 0xfff) === JAL_RA)
    const returns = calls.map(index => TEXT + 4 * index + 4)
    const step = xlen / 8
    for (let at = 0; at < 1 << 14; at += step) {
      view.setUint32(at, next(2) === 0 ? returns[next(returns.length)]! : next(1 << 14), true)
    }
    const value = (): bigint =>
      BigInt([code(), 16 * next(1 << 10), 16 * next(1 << 10), 0x3ffff8 + next(16), next(2 ** 32)][next(5)]!)
    let walked = 0
    for (let trial = 0; trial < 200; trial++) {
      const change = (section: Uint8Array): Uint8Array => {
        for (let count = next(4); count > 0; count--) section[next(section.length)] = next(256)
        return section.subarray(0, next(4) === 0 ? next(section.length) : undefined)
      }
      const image = parseElf(guestOf(xlen, { write, programs, change }), 'x')
      for (let state = 0; state < 4; state++) {
        const x = BigUint64Array.from({ length: 32 }, () => BigInt.asUintN(xlen, value() * (next(8) === 0 ? -1n : 1n)))
        // Half of them with a stack, at a call.
        if (state < 2) x[2] = BigInt(16 * next(1 << 9))
        const pc = state < 2 ? returns[next(returns.length)]! - 4 : code()
        const { frames, isCut } = backtraceOf(image, abi, { x, view }, pc)
        expect([frames.length <= 64, isCut]).toEqual([true, frames.length === 64])
        walked += frames.filter(({ found }) => found === 'cfi').length
      }
    }
    expect(walked).toBeGreaterThan(20)
  })
})
