/** Honest segments that have rows of every AIR, and what explains their rows. */
import { readFileSync } from 'node:fs'
import { parseElf } from '../../../src/elf/parse.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import type { Xlen } from '../../../src/elf/image.ts'
import type { Air, AirSet } from '../../../src/air/air.ts'
import { shippedAirs } from '../../../src/air/load.ts'
import { u64, type Rvr } from '../../../src/index.ts'
import type { Row } from '../../../src/isa/row.ts'
import { withChips } from '../../../src/machine/chips.ts'
import { defaultMachine } from '../../../src/machine/machine.ts'
import { airsOfMachine } from '../../../src/trace/airs.ts'
import type { OriginOf } from '../../../src/trace/check/places.ts'
import type { SegmentTables } from '../../../src/trace/segment.ts'
import type { TracedGuest } from '../../../src/trace/steps.ts'
import { DATA, program } from '../../run/support.ts'
import { allRows } from '../../support/assembler.ts'
import { randomSource } from '../../support/random.ts'
import type { Subject } from '../../metering/guests.ts'
import { planned } from '../support.ts'

/** All instructions that AIRs have, some often, with operands of all kinds. */
export function everyInstruction(xlen: Xlen, seed: number): Uint8Array {
  const random = randomSource(seed)
  const register = (): number => (random(8) === 0 ? 0 : 5 + random(8))
  const kinds = ['alu', 'upper', 'load', 'store', 'branch']
  const rows = allRows(xlen).filter(({ kind }) => kinds.includes(kind))
  const immediate = ({ format, kind }: Row): number => {
    if (kind === 'upper') return random(1 << 20) * 4096 - 2 ** 31
    if (format === 'shiftw' || (format === 'shift' && xlen === 32)) return random(32)
    return format === 'shift' ? random(64) : random(4096) - 2048
  }
  return program(xlen, code => {
    code
      .li('gp', DATA)
      .li('s0', DATA + 64)
      .li('s1', 3)
      .li('a1', 8)
    for (let number = 5; number < 8; number++) code.li(number, random(2 ** 31) - random(2 ** 31))
    for (let at = 0; at < 4 * rows.length; at++) {
      const row = rows[at % rows.length]!
      const [rd, rs1, rs2] = [register(), register(), register()].map(each => (each === 8 || each === 9 ? 12 : each))
      if (row.kind === 'load' || row.kind === 'store') {
        const imm = xlen === 64 ? random(56) : random(56 / row.width) * row.width
        code.op(row.name, { rd: rd!, rs1: 'gp', rs2: rs2!, imm })
      } else if (row.kind === 'branch') {
        code.op(row.name, { rs1: rs1!, rs2: rs2!, target: `over${at}` }).op('addi', { rd: rd!, rs1: rs1!, imm: 1 })
        code.label(`over${at}`)
      } else code.op(row.name, { rd: rd!, rs1: rs1!, rs2: rs2!, imm: immediate(row) })
    }
    for (let at = 0; at < 3; at++) {
      code.op('hint_random', { rd: 's1' }).op('hint_buffer', { rd: 's0', rs1: 's1' })
      code.li('a1', 8).op('reveal', { rd: 'a1', rs1: 't1' })
      code.op('jal', { rd: at === 0 ? 'ra' : 0, target: `near${at}` }).label(`near${at}`)
      code.op('auipc', { rd: 'a2', imm: 0 }).op('jalr', { rd: at === 0 ? 0 : 'a3', rs1: 'a2', imm: 8 })
    }
    code.op('terminate')
  })
}

/** Of the guests here. */
export function airSetOf(xlen: Xlen): AirSet {
  const { extensions } = abiNamed('openvm')
  return airsOfMachine(withChips(defaultMachine(xlen), extensions), extensions)
}

/** Those that `everything` has rows of: the machine's own. */
export function coveredAirs(xlen: Xlen): readonly Air[] {
  const own = new Set(shippedAirs(xlen).airs.map(({ name }) => name))
  return airSetOf(xlen).airs.filter(({ name }) => own.has(name))
}

export const everything = (xlen: Xlen, seed = 3): Subject => ({
  name: `every instruction, seed ${seed}`,
  xlen,
  abi: 'openvm',
  elf: everyInstruction(xlen, seed),
  options: {},
})

export const guestOf = ({ name, elf, abi }: Subject): TracedGuest => ({
  image: parseElf(typeof elf === 'string' ? readFileSync(elf) : elf, name),
  abi: abiNamed(abi),
})

/** Of instructions that say where they are; the place among the rows stands for when they were executed. */
export const originOf: OriginOf = ({ air, cells }, row) => {
  const column = air.columns.indexOf('pc')
  if (air.instructions.length === 0 || column === -1) return undefined
  return { pc: cells[row * air.columns.length + column]!, instret: row }
}

/** All segments of a guest, with tables of their own. */
export async function segmentsOf(rvr: Rvr, subject: Subject, options = {}): Promise<readonly SegmentTables[]> {
  const set = airSetOf(subject.xlen)
  const { run } = await planned(rvr, subject, { inputs: [u64(4)], ...options })
  const segments: SegmentTables[] = []
  for await (const trace of run.traces({ filler: 'reference' })) {
    const { instretStart, instructions, chips } = trace
    const tables = set.airs.flatMap(air => {
      const chip = chips.find(({ name }) => name === air.name)
      if (chip === undefined) return []
      const { cells, height } = trace.matrix(air.name)
      return [{ air, height, rows: chip.rows, cells }]
    })
    const withPublics = set.airs.filter(({ publics }) => publics.length > 0)
    const publics = new Map(withPublics.map(air => [air, air.publics.map(name => trace.publics[name]!)]))
    segments.push({ set, instretStart, instructions, tables, publics })
  }
  return segments
}
