/** Random programs whose instructions rows can show. */
import type { Xlen } from '../../src/elf/image.ts'
import type { Row } from '../../src/isa/row.ts'
import { DATA, program } from '../run/support.ts'
import { allRows } from '../support/assembler.ts'
import { randomSource } from '../support/random.ts'

/** Instructions of all kinds but jumps, with registers that hold anything; addresses are those that rows can have. */
export function anyInstructions(xlen: Xlen, seed: number, count: number): Uint8Array {
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
