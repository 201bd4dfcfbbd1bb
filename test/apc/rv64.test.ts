/** Blocks of RV64: honest rows satisfy what the optimiser makes of them, and it accepts no others. */
import { expect, test } from 'vitest'
import { buildBlock } from '../../src/apc/block.ts'
import { Attack } from '../../src/apc/check/attack.ts'
import { SystemChecker, isAccepted } from '../../src/apc/check/verdict.ts'
import { blockRow, withDerived } from '../../src/apc/check/witness.ts'
import { optimiseBlocks } from '../../src/apc/optimise/optimise.ts'
import type { Instr } from '../../src/isa/row.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { randomSource } from '../support/random.ts'
import { assembled, execution } from './executions.ts'
import { entriesOf, hottestBlocks, rv64Machine } from './hottest.ts'

const TRIES = isExhaustive ? 1000 : 40
const ATTACKED = isExhaustive ? 10 : 1
const LARGE = isExhaustive ? 30 : 3

function check(listed: readonly Instr[], start: number): void {
  const block = { start, instructions: entriesOf(listed) }
  const before = buildBlock(rv64Machine, block)
  const { system: after, eliminated } = optimiseBlocks(rv64Machine, [block])
  const attack = new Attack({ before, after, eliminated })
  const [original, optimised] = [new SystemChecker(before), new SystemChecker(after)]
  const random = randomSource(start)
  let [accepted, moved] = [0, 0]
  for (let seed = 1; seed <= TRIES; seed++) {
    const row = blockRow(execution(64, listed, seed).rows, attack.width)
    const wanted = original.verdict(row)
    if (!isAccepted(wanted)) continue
    const filled = withDerived(after, row)
    expect({ seed, ...optimised.verdict(filled) }).toEqual({ seed, ...wanted })
    if (accepted++ >= ATTACKED) continue
    const found = attack.run(filled, random)
    expect(found.findings).toEqual([])
    moved += found.accepted
  }
  expect(accepted).toBeGreaterThan(0)
  expect(moved).toBeGreaterThan(0)
}

const blocks = hottestBlocks().filter(({ listed }) => listed.length <= LARGE)

test.each(blocks)('$name', ({ listed, start }) => check(listed, start))

/** Instructions that widths, signs and bytes matter to. */
const small = [
  ['slli x8, x7, 35', 'srai x9, x8, 32'],
  ['sraiw x8, x7, 5', 'addiw x8, x8, -3'],
  ['ld x8, 8(x2)', 'sd x8, 16(x2)'],
  ['sd x1, 8(x2)', 'sd x8, 0(x2)', 'lw x9, 8(x2)'],
  ['ld x8, 8(x2)', 'lw x9, 16(x2)', 'ld x10, 24(x2)', 'lw x11, 8(x2)'],
  ['lbu x8, 3(x5)', 'sb x8, 4(x5)'],
  ['beq x8, x5, 8'],
  ['slt x8, x0, x5', 'blt x0, x7, 8'],
  ['lui x8, 74565', 'addiw x8, x8, 291', 'jal x1, 8'],
  ['slti x8, x5, 0', 'sltu x9, x0, x8'],
  ['lh x8, 2(x5)', 'blt x8, x0, 16'],
  ['xor x8, x7, x5', 'andi x8, x8, 255', 'bne x8, x0, 8'],
  ['sltiu x8, x7, 1', 'beq x8, x0, 8'],
  ['subw x8, x7, x5', 'bltu x8, x7, 8'],
]

test.each(small.map(text => ({ text })))('$text', ({ text }) => check(assembled(64, 0x1000, text), 0x1000))
