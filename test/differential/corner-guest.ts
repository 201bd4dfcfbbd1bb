/** A guest that applies every instruction to all pairs of corner values and writes the results to standard output. */
import type { Xlen } from '../../src/elf/image.ts'
import type { Row } from '../../src/isa/row.ts'
import { allRows, assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'

const TEXT = 0x10000
const DATA = 0x400000
const values32 = [
  0n,
  1n,
  2n,
  31n,
  32n,
  0x7fn,
  0x80n,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0x8000_0001n,
  0xffff_fffen,
  0xffff_ffffn,
]
const values64 = [
  ...values32,
  63n,
  64n,
  0xffff_ffff_8000_0000n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_ffff_fffen,
  0xffff_ffff_ffff_ffffn,
]
const immediates = [0, 1, 31, 2047, -1, -2048]

export interface CornerGuest {
  readonly elf: Uint8Array
  /** Results written: one XLEN-bit lane per (instruction, first value, second value or immediate). */
  readonly lanes: number
  /** Which instruction a lane belongs to. */
  describe(lane: number): string
}

/** s0 walks the first operands, s1 the second ones, s2 the results; a0 and a1 hold the operands, a2 the result. */
export function cornerGuest(xlen: Xlen, rows: readonly Row[] = allRows(xlen)): CornerGuest {
  const values = xlen === 64 ? values64 : values32
  const width = xlen / 8
  const load = xlen === 64 ? 'ld' : 'lw'
  const store = xlen === 64 ? 'sd' : 'sw'
  const a = assembler(xlen, TEXT, rows)
  const lanes: string[] = []
  const results = DATA + 0x1000
  let label = 0
  const end = DATA + values.length * width
  /**
   * Emits a loop over all pairs (or, without `second`, over all first values) around `body`, which leaves a result in
   * a2.
   */
  const over = (name: string, second: boolean, body: () => void): void => {
    const outer = `outer${label}`
    const inner = `inner${label++}`
    a.li('s0', DATA).li('s3', end).label(outer).li('s1', DATA).label(inner)
    a.op(load, { rd: 'a0', rs1: 's0' }).op(load, { rd: 'a1', rs1: 's1' }).li('a2', 0x5a)
    body()
    a.op(store, { rs1: 's2', rs2: 'a2' }).op('addi', { rd: 's2', rs1: 's2', imm: width })
    if (second) a.op('addi', { rd: 's1', rs1: 's1', imm: width }).op('bltu', { rs1: 's1', rs2: 's3', target: inner })
    a.op('addi', { rd: 's0', rs1: 's0', imm: width }).op('bltu', { rs1: 's0', rs2: 's3', target: outer })
    for (const x of values)
      for (const y of second ? values : [undefined])
        lanes.push(`${name} 0x${x.toString(16)}${y === undefined ? '' : `, 0x${y.toString(16)}`}`)
  }
  a.li('s2', results)
  for (const row of rows) {
    const { name } = row
    if (row.kind === 'alu' && row.source === 'register')
      over(name, true, () => a.op(name, { rd: 'a2', rs1: 'a0', rs2: 'a1' }))
    else if (row.kind === 'alu') {
      const amountsOf: Readonly<Record<string, readonly number[]>> = {
        unary: [0],
        shift: [0, 1, 31, 32, 63],
        shiftw: [0, 1, 16, 31],
      }
      const amounts = amountsOf[row.format] ?? immediates
      for (const imm of amounts) over(`${name} (${imm})`, false, () => a.op(name, { rd: 'a2', rs1: 'a0', imm }))
    } else if (row.kind === 'branch') {
      over(name, true, () => {
        a.op(name, { rs1: 'a0', rs2: 'a1', imm: 8 }).op('addi', { rd: 'a2', rs1: 'a2', imm: 1 })
      })
    } else if (row.kind === 'store') {
      // Stores a part of the value over another one, at every offset inside a doubleword, and reads it back.
      for (const offset of [0, 1, 3])
        over(`${name} (${offset})`, true, () =>
          a
            .op(store, { rs1: 's2', rs2: 'a1' })
            .op(name, { rs1: 's2', rs2: 'a0', imm: offset })
            .op(load, { rd: 'a2', rs1: 's2' }),
        )
    } else if (row.kind === 'load') {
      for (const offset of [0, 1, 3])
        over(`${name} (${offset})`, false, () => a.op(name, { rd: 'a2', rs1: 's0', imm: offset }))
    }
  }
  a.li('a0', 1)
    .li('a1', results)
    .op('sub', { rd: 'a2', rs1: 's2', rs2: 'a1' })
    .op('addi', { rd: 'a7', imm: 64 })
    .op('ecall')
    .op('addi', { rd: 'a0' })
    .op('addi', { rd: 'a7', imm: 93 })
    .op('ecall')
  const data = new Uint8Array(values.length * width + 8)
  const view = new DataView(data.buffer)
  for (const [index, value] of values.entries()) {
    if (xlen === 64) view.setBigUint64(index * 8, value, true)
    else view.setUint32(index * 4, Number(value), true)
  }
  return {
    elf: buildElf({
      xlen,
      entry: TEXT,
      pageAligned: true,
      segments: [
        { address: TEXT, bytes: a.finish(), flags: 5 },
        { address: DATA, bytes: data, memorySize: 0x1000 + (lanes.length + 4) * width, flags: 6 },
      ],
    }),
    lanes: lanes.length,
    describe: lane => lanes[lane] ?? `lane ${lane}`,
  }
}
