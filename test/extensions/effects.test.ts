/** What a host instruction may add to the trace is bounded: the meter has room for so much of each instruction. */
import { expect, test } from 'vitest'
import type { HostEffects } from '../../src/extensions/abi.ts'
import { composeAbi } from '../../src/extensions/compose.ts'
import { openvm } from '../../src/extensions/io/openvm.ts'
import type { Extension } from '../../src/extensions/extension.ts'
import { createHart } from '../../src/program/hart.ts'
import type { HostRow, Instr } from '../../src/isa/row.ts'
import { MEMORY } from '../../src/layout/meter.ts'

const row: HostRow = { kind: 'host', format: 'R', name: 'own', mask: 0x7f, match: 0x7b }
const instr: Instr = { pc: 0, size: 4, word: 0x7b, row, rd: 0, rs1: 0, rs2: 0, imm: 0 }

function effectsOf(effects: HostEffects): HostEffects {
  const own: Extension = {
    name: 'own',
    rows: [row],
    handlers: { own: () => ({ type: 'continue' }) },
    effects: { own: () => effects },
  }
  return composeAbi(openvm, [own], { name: 'openvm' }).effects(instr, createHart(64, new Uint8Array(64)))
}

test('so many rows, so many bytes, and no more', () => {
  const most = { rows: 1024, touched: { space: MEMORY, address: 3, length: 16_000 } }
  expect(effectsOf(most)).toEqual(most)
  for (const rows of [0, 1025, 1.5, NaN])
    expect(() => effectsOf({ rows })).toThrow(/instruction own: .* rows, wanted 1 to 1024/)
  expect(() => effectsOf({ rows: 1, touched: { space: MEMORY, address: 0, length: 16_001 } })).toThrow(
    '16001 bytes touched, wanted at most 16000',
  )
})
