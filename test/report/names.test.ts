/** Symbols in reports: readable, without hashes that tell two builds of one function apart, and in tables that fit. */
import { expect, test } from 'vitest'
import { costJson } from '../../src/report/cost/cost.ts'
import { compare, comparisonText } from '../../src/report/cost/comparison.ts'
import { runJson } from '../../src/report/run/json.ts'
import { readMeasurement } from '../../src/report/cost/measurement.ts'
import { entriesText } from '../../src/report/profiles/entries.ts'
import { runText } from '../../src/report/run/text.ts'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { TEXT, useRvr } from '../run/support.ts'

const host = useRvr()

const long = (hash: string): string =>
  `_ZN4core3ptr150drop_glue$LT$alloc..boxed..Box$LT$dyn$u20$core..ops..function..FnOnce$LT$$LP$$RP$$GT$$u2b$Output$u20$$u3d$$u20$$LP$$RP$$u2b$core..marker..Send$GT$$GT$17h${hash}E`
const LONG =
  'core::ptr::drop_glue<alloc::boxed::Box<dyn core::ops::function::FnOnce<()>+Output = ()+core::marker::Send>>'

/** Two copies of one generic function, a function of a long name, and a load that traps. */
function build(hash: string): Uint8Array {
  const code = assembler(64, TEXT)
    .op('jal', { rd: 'ra', target: 'first' })
    .op('jal', { rd: 'ra', target: 'second' })
    .op('jal', { target: 'third' })
    .label('first')
    .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
    .op('jalr', { rs1: 'ra' })
    .label('second')
    .op('jalr', { rs1: 'ra' })
    .label('third')
    .op('addi', { rd: 'a1', rs1: 0, imm: -1 })
    .op('lw', { rd: 'a0', rs1: 'a1' })
  const at = (label: string): number => code.addressOf(label)
  return buildElf({
    xlen: 64,
    entry: TEXT,
    segments: [{ address: TEXT, bytes: code.finish(), flags: 5 }],
    symbols: [
      { name: '_start', address: TEXT },
      { name: `_ZN3app4push17h${hash}E`, address: at('first') },
      { name: `_ZN3app4push17h${'f'.repeat(15)}${hash.at(-1)!}E.llvm.${hash.length}7`, address: at('second') },
      { name: long(hash), address: at('third') },
    ],
  })
}

async function costOf(hash: string) {
  const guest = await host.rvr.load(build(hash))
  const artifact = guest.interpret('metered')
  using metered = await artifact.execute()
  using profiled = await guest.interpret('profile').execute()
  return { guest, artifact, metered, profiled }
}

test('fault 10: functions are demangled, and two builds of one compare as one', async () => {
  const before = await costOf('0123456789abcdef')
  const now = await costOf('123456789abcdef0')
  const json = costJson(now)
  expect(json.functions).toEqual({
    _start: { instructions: 3, cells: expect.any(Number) },
    // Copies for several types have one name, and count together.
    'app::push': {
      instructions: 3,
      cells: expect.any(Number),
      symbols: ['_ZN3app4push17h123456789abcdef0E', `_ZN3app4push17h${'f'.repeat(15)}0E.llvm.167`],
    },
    [LONG]: { instructions: 1, cells: expect.any(Number), symbols: [long('123456789abcdef0')] },
  })
  const measurement = readMeasurement(json, 'now')
  expect(compare('before', readMeasurement(costJson(before), 'before'), measurement).by.functions).toEqual([])
  // Earlier versions wrote symbols as they are.
  const cells = json.functions!['app::push']!.cells
  const old = {
    ...costJson(before),
    functions: {
      _ZN3app4push17h0123456789abcdefE: { cells: cells - 3 },
      '_ZN3app4push17h00000000000000aaE.llvm.1': { cells: 3 },
      [LONG]: json.functions![LONG],
      _start: json.functions!['_start'],
    },
  }
  expect(compare('old', readMeasurement(old, 'old'), measurement).by.functions).toEqual([])
})

test('fault 10: tables fit, JSON has names whole', async () => {
  const { profiled, artifact } = await costOf('0123456789abcdef')
  const { functions } = profiled.profile!
  const text = entriesText('function', functions)
  expect(text).toContain(` ${LONG.slice(0, 35)}…${LONG.slice(-36)} `)
  expect(Math.max(...text.split('\n').map(row => row.length))).toBeLessThan(120)
  expect(
    comparisonText(
      compare(
        'x',
        { outcome: 'terminated', cost: 1n, instret: 1n, functions: new Map([[LONG, 1]]) },
        { outcome: 'terminated', cost: 1n, instret: 1n, functions: new Map() },
      ),
      { shown: 'functions', top: 5 },
    ),
  ).toContain(`${LONG.slice(0, 35)}…`)
  expect(runJson(profiled, artifact).trap).toMatchObject({ symbol: `${LONG}+0x4`, mangled: long('0123456789abcdef') })
  expect(runText(profiled, artifact)).toContain('(core::ptr::drop_glue<alloc::boxed::')
  expect(runText(profiled, artifact)).not.toContain(LONG)
})
