/** Fragments that begin behind every instruction of a program, whatever it is, or are cut anew: the tables are the same. */
import { createHash } from 'node:crypto'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { airSetDigest } from '../../../src/air/digest.ts'
import type { Xlen } from '../../../src/elf/image.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { Rvr } from '../../../src/index.ts'
import { loadTraceEngine } from '../../../src/load/trace-engine.ts'
import type { Machine } from '../../../src/machine/machine.ts'
import type { PreflightResult } from '../../../src/modes/preflight/piece.ts'
import { createServices, prepareTraceEngine } from '../../../src/pipeline.ts'
import { airsOfMachine } from '../../../src/trace/airs.ts'
import { bindCheck } from '../../../src/trace/check/native/library.ts'
import { cut, type RecordedSegment } from '../../../src/trace/native/cut.ts'
import { EngineGuest, type TraceEngine } from '../../../src/trace/native/engine.ts'
import { fill } from '../../../src/trace/native/fill.ts'
import { openSystem } from '../../../src/trace/native/open-system.ts'
import { stitch } from '../../../src/trace/native/stitch.ts'
import { airsOf } from '../../../src/trace/system/airs.ts'
import { DATA, program, quickly } from '../../run/support.ts'
import { planOf } from './replayed.ts'

const abi = abiNamed('openvm')

/** As the SDK has it: with the AIRs of extensions, and compiled once for all tests. */
async function ownEngine(machine: Machine): Promise<TraceEngine> {
  const services = await createServices({ cacheDir: inject('sharedCache'), ...quickly() }, () => {})
  afterAll(() => services.directories.removeAll())
  const { xlen } = machine
  const set = airsOfMachine(machine, abi.extensions)
  const airs = { digest: airSetDigest(set), set: () => set, own: airsOf }
  const { opened } = await prepareTraceEngine({ xlen, abi, machine, airs }, services)
  const native = loadTraceEngine(opened)
  return { set, native, system: openSystem(native.functions, set), check: bindCheck(native.functions) }
}

/** Loads, stores, branches taken and not, jumps, products, quotients, hints, public values, text, a call, a loop of one block. */
const allKinds = (xlen: Xlen): Uint8Array =>
  program(xlen, code => {
    code
      .li('gp', DATA)
      .op('addi', { rd: 'a0', imm: -7 })
      .op('sw', { rs1: 'gp', rs2: 'a0', imm: 4 })
      .op('lb', { rd: 'a1', rs1: 'gp', imm: 5 })
      .op('beq', { rs1: 'a0', rs2: 'a1', target: 'over' })
      .op('bne', { rs1: 'a0', rs2: 'a1', target: 'over' })
      .op('addi', { rd: 'a0', imm: 9 })
      .label('over')
      .op('mul', { rd: 'a2', rs1: 'a0', rs2: 'a1' })
      .op('mulh', { rd: 'a3', rs1: 'a0', rs2: 'a2' })
      .op('div', { rd: 'a4', rs1: 'a2', rs2: 'a0' })
      .op('rem', { rd: 'a5', rs1: 'a2', rs2: 'zero' })
      .op('jal', { rd: 'ra', target: 'leaf' })
      .op('jal', { target: 'on' })
      .label('leaf')
      .op('auipc', { rd: 't1', imm: 4096 })
      .op('jalr', { rd: 0, rs1: 'ra' })
      .label('on')
      .li('s1', 3)
      .li('s0', 0x400000)
      .op('hint_random', { rd: 's1' })
      .op('hint_buffer', { rd: 's0', rs1: 's1' })
      .op('hint_random', { rd: 's1' })
      .op('hint_store', { rd: 'gp' })
      .op('lw', { rd: 'a1', rs1: 's0', imm: 4 })
      .op('reveal', { rd: 0, rs1: 'a1', imm: 8 })
      .op('reveal', { rd: 0, rs1: 'a0', imm: 8 })
      .li('a2', 0)
      .op('print_str', { rd: 'gp', rs1: 'a2' })
    if (xlen === 64) {
      code.li('a0', DATA + 32).op('int256_add', { rd: 'a0', rs1: 'gp', rs2: 'a0' })
      code.op('ld', { rd: 'a6', rs1: 'a0', imm: 8 }).op('int256_sub', { rd: 'gp', rs1: 'a0', rs2: 'gp' })
    }
    code
      .li('t0', 4)
      .label('loop')
      .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
      .op('bne', { rs1: 't0', target: 'loop' })
      .op('slt', { rd: 'a1', rs1: 'a0', rs2: 't0' })
      .op('srai', { rd: 'a1', rs1: 'a2', imm: 3 })
      .op('sb', { rs1: 'gp', rs2: 'a1', imm: 4 })
      .op('terminate')
  })

async function recorded(elf: Uint8Array): Promise<{ readonly machine: Machine; readonly segment: RecordedSegment }> {
  await using rvr = await Rvr.create({ cacheDir: false })
  const guest = await rvr.load(elf, { abi: 'openvm' })
  using run = await guest.interpret('preflight').execute({ seed: 3n })
  expect(run.outcome).toBe('terminated')
  const { pieces } = (run.collected as PreflightResult).preflight
  const own = pieces.map(piece => ({ ...piece, words: piece.words.slice() }))
  const end = { instret: Number(run.instret), pc: run.pc, x: BigUint64Array.from(run.registers) }
  return { machine: guest.machine, segment: { pieces: own, end } }
}

describe.each([32, 64] as const)('RV%i', async xlen => {
  const elf = allKinds(xlen)
  const { machine, segment } = await recorded(elf)
  const engine = await ownEngine(machine)
  const { instret: instructions } = segment.end
  const guest = new EngineGuest(engine, { image: parseElf(elf, 'guest'), abi })
  afterAll(() => guest[Symbol.dispose]())

  const digest = async (of: RecordedSegment, length: number): Promise<string> => {
    const threads = [1, 2, 8][length % 3]!
    const { fragments, rows, ts } = await cut(guest, of, { length, threads })
    const plan = planOf(engine, rows)
    const cells = new Uint32Array(plan.cells)
    using filled = await fill(guest, fragments, { plan, cells }, { threads })
    const { lists, histogram, executed } = filled
    const touched = await stitch(guest, { lists, histogram, plan, cells })
    const hash = createHash('sha256')
    for (const part of [cells, histogram, executed, touched, String(ts)]) hash.update(part)
    return hash.digest('hex')
  }

  test('fragments of every length', async () => {
    expect(instructions).toBeGreaterThan(30)
    expect(instructions).toBeLessThan(200)
    const wanted = await digest(segment, instructions)
    for (let length = 1; length <= instructions + 1; length++)
      expect([length, await digest(segment, length)]).toEqual([length, wanted])
  })

  test('fragments as pieces that are cut anew', async () => {
    const wanted = await digest(segment, instructions)
    for (const length of [1, 4, 17, instructions - 1]) {
      const { fragments: table } = await cut(guest, segment, { length })
      const pieces = Array.from({ length: table.count }, (_, index) => {
        const { from, words } = table.fragment(index)
        return { ...from, words }
      })
      for (const again of [1, 3, instructions])
        expect([length, again, await digest({ ...segment, pieces }, again)]).toEqual([length, again, wanted])
    }
  })
})
