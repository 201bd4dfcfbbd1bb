/** Code whose regions are entered without a stop test: the budget is kept, and runs stop and go on anywhere. */
import { describe, expect, inject, test } from 'vitest'
import { CountingCollector } from '../../src/modes/counting.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { openArtifact } from '../../src/pipeline.ts'
import { attach } from '../../src/run/engine.ts'
import { settle } from '../../src/run/home.ts'
import { Instances } from '../../src/run/instances.ts'
import { Rvr } from '../../src/index.ts'
import type { Assembler } from '../support/assembler.ts'
import { sample } from '../support/exhaustive.ts'
import { DATA, expectSame, program, TEXT, useRvr, widths } from './support.ts'

const host = useRvr()

const longChain = 40
const longBody = 200

/** Code that never ends, by the way from region to region. */
const guests: Readonly<Record<string, (code: Assembler, xlen: 32 | 64) => unknown>> = {
  'a function that calls itself and never returns': code =>
    code
      .op('jal', { rd: 'ra', target: 'f' })
      .label('f')
      .op('addi', { rd: 'a1', rs1: 'a1', imm: 1 })
      .op('jal', { rd: 'ra', target: 'f' }),
  'two functions that call each other': code =>
    code
      .label('f')
      .op('addi', { rd: 'a1', rs1: 'a1', imm: 1 })
      .op('jal', { rd: 'ra', target: 'g' })
      .op('terminate')
      .label('g')
      .op('addi', { rd: 'a2', rs1: 'a2', imm: 1 })
      .op('jal', { rd: 'ra', target: 'f' })
      .op('terminate'),
  'a computed jump to itself': code =>
    code.op('auipc', { rd: 't0' }).op('addi', { rd: 't0', rs1: 't0', imm: 8 }).op('jalr', { rs1: 't0' }),
  'a return to its own function': code =>
    code
      .op('jal', { rd: 'ra', target: 'f' })
      .op('addi', { rd: 'a1', rs1: 'a1', imm: 1 })
      .label('f')
      .op('addi', { rd: 'a2', rs1: 'a2', imm: 3 })
      .op('jalr', { rs1: 'ra' }),
  'returns down a deep stack, again and again': (code, xlen) => {
    const word = xlen / 8
    const load = xlen === 64 ? 'ld' : 'lw'
    const store = xlen === 64 ? 'sd' : 'sw'
    code
      .li('sp', DATA + 0x10000)
      .label('again')
      .li('a0', 300)
      .op('jal', { rd: 'ra', target: 'f' })
      .op('addi', { rd: 's1', rs1: 's1', imm: 1 })
      .op('jal', { target: 'again' })
      .label('f')
      .op('addi', { rd: 'sp', rs1: 'sp', imm: -16 })
      .op(store, { rs1: 'sp', rs2: 'ra', imm: word })
      .op('addi', { rd: 'a0', rs1: 'a0', imm: -1 })
      .op('beq', { rs1: 'a0', target: 'done' })
      .op('jal', { rd: 'ra', target: 'f' })
      .op('addi', { rd: 'a1', rs1: 'a1', imm: 7 })
      .label('done')
      .op(load, { rd: 'ra', rs1: 'sp', imm: word })
      .op('addi', { rd: 'sp', rs1: 'sp', imm: 16 })
      .op('jalr', { rs1: 'ra' })
  },
  'a leaf called from six places of a loop': code => {
    code.li('s0', DATA).label('loop')
    for (let n = 0; n < 6; n++) code.op('addi', { rd: 'a0', imm: n }).op('jal', { rd: 'ra', target: 'leaf' })
    code
      .op('jal', { target: 'loop' })
      .label('leaf')
      .op('lw', { rd: 'a1', rs1: 's0' })
      .op('add', { rd: 'a1', rs1: 'a1', rs2: 'a0' })
      .op('sw', { rs1: 's0', rs2: 'a1' })
      .op('jalr', { rs1: 'ra' })
  },
  'a long chain of long functions': code => {
    for (let f = 0; f < longChain; f++) {
      code.label(`f${f}`)
      for (let n = 1; n < longBody; n++) code.op('addi', { rd: n % 2 === 0 ? 'a0' : 's7', rs1: 'a0', imm: n })
      code.op('jal', { rd: 'ra', target: `f${(f + 1) % longChain}` })
    }
  },
  'loops that share a large block with other code': code => {
    code.op('jal', { target: 'one' }).label('shared')
    for (let n = 0; n < 20; n++) code.op('addi', { rd: 'a2', rs1: 'a2', imm: n })
    code
      .op('beq', { rs1: 'a3', target: 'two' })
      .label('one')
      .op('addi', { rd: 'a3', imm: 0 })
      .op('jal', { rd: 'ra', target: 'leaf' })
      .op('jal', { target: 'shared' })
      .label('two')
      .op('addi', { rd: 'a3', imm: 1 })
      .op('jal', { rd: 'ra', target: 'leaf' })
      .op('jal', { target: 'shared' })
      .label('leaf')
      .op('jalr', { rs1: 'ra' })
  },
}

describe.each(Object.keys(guests))('%s', kind => {
  // Kinds and widths take turns.
  const turn = Object.keys(guests).indexOf(kind)
  test.each(sample(widths, turn))('native code keeps to its budget wherever it starts (RV%i)', async xlen => {
    const guest = await host.rvr.load(program(xlen, code => guests[kind]!(code, xlen)))
    const { image, abi, machine } = guest
    const mode = modeNamed('pure')
    const { engine } = await openArtifact((await guest.compile('pure')).file!, { image, abi, machine, mode })
    const home = settle(engine, { image, machine, mode, instances: new Instances() })
    const { hart, native } = attach(home.place, xlen)
    const { floor, run, enters } = native!({
      collector: new CountingCollector(mode, { machine }),
      counters: mode.counters.length,
    })
    for (let pc = TEXT; pc < image.end && pc < TEXT + 4 * longChain * longBody; pc += 4) {
      if (!enters(pc)) continue
      for (const budget of [floor, floor + 1n, floor * 2n, floor * 20n]) {
        hart.pc = pc
        const { used, step } = run(budget)
        expect(used).toBeLessThanOrEqual(budget)
        // What comes back for another reason than an instruction of the interpreter's has used up its budget as far as
        // it may.
        if (!step) expect(budget - used).toBeLessThan(floor)
      }
    }
    home.retire()
  })

  test.each(sample(widths, turn + 1))('limits, stops and a deadline on the way change nothing (RV%i)', async xlen => {
    const bytes = program(xlen, code => guests[kind]!(code, xlen))
    await using stressed = await Rvr.create({ cacheDir: inject('sharedCache'), stress: 'stops' })
    // Kinds take turns under stress, too.
    for (const rvr of sample([host.rvr, stressed], turn >> 1)) {
      const guest = await rvr.load(bytes)
      const artifact = await guest.compile('metered-cost')
      using late = await artifact.execute({ timeoutMs: 20 })
      expect(late).toMatchObject({ outcome: 'suspended', stopCause: 'timeout' })
      for (const maxInstructions of [4001, 4002, 4003, 9_999, 30_011]) {
        using native = await artifact.execute({ maxInstructions })
        using interpreted = await guest.interpret('metered-cost').execute({ maxInstructions })
        expectSame(native, interpreted)
        using further = await native.resume({ maxCost: native.cost! + 500_000n })
        using same = await interpreted.resume({ maxCost: native.cost! + 500_000n })
        expectSame(further, same)
      }
    }
  })
})
