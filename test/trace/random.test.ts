/** Random programs, up to the first instruction that cannot be proved: their system calls, or an unaligned address. */
import { afterAll, describe, expect, test } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { Rvr, RvrError } from '../../src/index.ts'
import type { Row } from '../../src/isa/row.ts'
import { randomAccesses } from '../metering/access-guest.ts'
import { randomCases, type Subject } from '../metering/guests.ts'
import { DATA, program } from '../run/support.ts'
import { allRows } from '../support/assembler.ts'
import { randomSource } from '../support/random.ts'
import { expectHonest, planned } from './support.ts'

const rvr = await Rvr.create({ cacheDir: false })
afterAll(() => rvr.dispose())

/** Instructions in front of the first one that cannot be proved; undefined where all can. */
async function provable(subject: Subject): Promise<number | undefined> {
  const { run } = await planned(rvr, subject)
  try {
    for await (const segment of run.traces()) segment.dispose()
  } catch (error) {
    if (error instanceof RvrError && error.code === 'UNPROVABLE') return error.details['instret'] as number
    throw error
  }
  return undefined
}

/** Instructions of all kinds but jumps, with registers that hold anything; addresses are those that rows can have. */
function anyInstructions(xlen: Xlen, seed: number, count: number): Uint8Array {
  const random = randomSource(seed)
  const register = (): number => (random(8) === 0 ? 0 : 5 + random(8))
  const rows = allRows(xlen).filter(({ kind }) => ['alu', 'upper', 'load', 'store', 'branch'].includes(kind))
  const immediate = ({ format, kind }: Row): number => {
    if (kind === 'upper') return random(1 << 20) * 4096 - 2 ** 31
    if (format === 'shiftw' || (format === 'shift' && xlen === 32)) return random(32)
    return format === 'shift' ? random(64) : random(4096) - 2048
  }
  return program(xlen, code => {
    code.li('gp', DATA)
    for (let number = 5; number < 13; number++) code.li(number, random(2 ** 31) - random(2 ** 31))
    for (let at = 0; at < count; at++) {
      const row = rows[random(rows.length)]!
      const [rd, rs1, rs2] = [register(), register(), register()]
      if (row.kind === 'load' || row.kind === 'store') {
        const imm = xlen === 64 ? random(56) : random(56 / row.width) * row.width
        code.op(row.name, { rd, rs1: 'gp', rs2, imm })
      } else if (row.kind === 'branch') {
        code.op(row.name, { rs1, rs2, target: `over${at}` }).op('addi', { rd, rs1, imm: 1 })
        code.label(`over${at}`)
      } else code.op(row.name, { rd, rs1, rs2, imm: immediate(row) })
    }
    code.op('terminate')
  })
}

describe.each([32, 64] as const)('RV%i', xlen => {
  test('instructions of all kinds', async () => {
    const elf = anyInstructions(xlen, 11, 600)
    expect(await expectHonest(rvr, { name: 'any instructions', xlen, abi: 'openvm', elf, options: {} })).toBe(1)
  })

  test.each([1, 2])('arithmetic, branches and memory, seed %i', async seed => {
    const subject = randomCases(xlen, seed, 6)
    const maxInstructions = await provable(subject)
    expect(maxInstructions).toBeGreaterThan(0)
    expect(await expectHonest(rvr, subject, { maxInstructions })).toBe(1)
  })

  test('accesses of all widths', async () => {
    const elf = randomAccesses(xlen, 7, 4)
    const subject: Subject = { name: 'accesses', xlen, abi: 'openvm', elf, options: {} }
    const maxInstructions = await provable(subject)
    expect(maxInstructions === undefined).toBe(xlen === 64)
    expect(await expectHonest(rvr, subject, { maxInstructions })).toBe(1)
  })
})
