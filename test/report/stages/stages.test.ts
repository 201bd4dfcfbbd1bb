/** Listings of stages: image, instructions, blocks and regions of a small guest. */
import { expect, test } from 'vitest'
import { buildGraph } from '../../../src/program/graph.ts'
import { lift } from '../../../src/program/lift.ts'
import { buildRegions } from '../../../src/analysis/regions.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import { abiNamed, decoderFor } from '../../../src/extensions/registry.ts'
import { preserveNone } from '../../../src/codegen/convention.ts'
import { plansOf } from '../../../src/codegen/plans.ts'
import { defaultMachine } from '../../../src/machine/machine.ts'
import { modeNamed } from '../../../src/modes/registry.ts'
import { planJson, planText } from '../../../src/report/stages/plan.ts'
import { inspectGuest, isSharedLibrary } from '../../../src/report/inspect.ts'
import { cfgJson, cfgText } from '../../../src/report/stages/cfg.ts'
import { imageJson, imageText } from '../../../src/report/stages/image.ts'
import { irJson, irText } from '../../../src/report/stages/ir.ts'
import { buildElf } from '../../support/elf-builder.ts'

// loop: addi a0,a0,-1; bne a0,zero,loop; an unknown word; terminate 0
const words = [0xfff50513, 0xfe051ee3, 0xffffffff, 0x0000000b]
const bytes = buildElf({
  xlen: 32,
  entry: 0x1000,
  segments: [{ address: 0x1000, bytes: new Uint8Array(Uint32Array.from(words).buffer), flags: 5 }],
  symbols: [{ name: 'loop', address: 0x1000, size: 16 }],
})
const image = parseElf(bytes, 'g.elf')
const program = lift(image, decoderFor(32, abiNamed('openvm')))
const graph = buildGraph(program)
const regions = buildRegions(graph)

test('image', () => {
  expect(imageJson(image)).toMatchObject({
    stage: 'image',
    xlen: 32,
    entry: '0x1000',
    segments: [{ address: '0x1000', fileSize: 16, memorySize: 16, access: 'r-x' }],
    symbols: [{ name: 'loop', kind: 'function' }],
  })
  expect(JSON.parse(imageText(image))).toEqual(imageJson(image))
})

test('ir', () => {
  expect(irText(program)).toBe(
    [
      '00001000 <loop>:',
      '00001000: fff50513  addi a0,a0,-1',
      '00001004: fe051ee3  bne a0,zero,0x1000',
      '00001008: ffffffff  (not compiled)',
      '0000100c: 0000000b  (not compiled)',
      '',
    ].join('\n'),
  )
  expect(irJson(program).slots[2]).toEqual({ pc: '0x1008', word: 'ffffffff' })
})

test('cfg', () => {
  const json = cfgJson(graph, regions)
  expect(json.blocks[0]).toEqual({
    pc: '0x1000',
    instructions: 2,
    root: true,
    resume: false,
    successors: [
      { kind: 'taken', target: '0x1000' },
      { kind: 'next', target: null },
    ],
  })
  expect(json.regions[0]).toMatchObject({ kind: 'main', entry: '0x1000', loops: ['0x1000'] })
  expect(cfgText(graph, regions)).toContain('block 0x1000 <loop> 2 instructions [root] -> taken 0x1000, next outside\n')
})

test('plan', () => {
  const plans = plansOf(graph, {
    mode: modeNamed('metered-cost'),
    machine: defaultMachine(32),
    convention: preserveNone,
  })
  const json = planJson(graph, 'metered-cost', plans)
  expect(json.regions[0]).toMatchObject({
    kind: 'main',
    entry: '0x1000',
    loops: [{ header: '0x1000', onlyCopy: false, trips: { low: '0', high: 'a0 - 1', step: '-1', end: 'met' } }],
  })
  expect(planText(graph, 'metered-cost', plans)).toContain('  loop 0x1000: 2 instructions a turn')
})

test('inspect', () => {
  expect(isSharedLibrary(bytes)).toBe(false)
  expect(inspectGuest('g.elf', bytes).json).toMatchObject({
    kind: 'guest',
    isa: 'rv32im',
    entry: '0x1000',
    symbols: { total: 1, functions: 1 },
    digest: image.digest,
  })
  expect(inspectGuest('g.elf', bytes).text).toContain('rv32im')
})
