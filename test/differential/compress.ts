/** Words of a program → the same program with half-words among them, where these stand for the same and between them. */
import type { Xlen } from '../../src/elf/image.ts'
import { compressedRows, expander } from '../../src/isa/compressed.ts'
import { encode } from '../../src/isa/encoding.ts'
import { tablesOf } from '../../src/isa/sets.ts'
import { createDecoder } from '../../src/isa/table.ts'
import type { Instr } from '../../src/isa/row.ts'
import type { Random } from './generator.ts'

const AUIPC = 0x17
/** Bytes that c.beqz and c.bnez reach for certain, and c.j. */
const NEAR = 240
const FAR = 2000

interface Item {
  readonly instr: Instr | undefined
  readonly word: number
  /** Index of the item that it leads to, and of the one from which the distance counts. */
  readonly target?: number
  readonly from?: number
  half?: number
}

/**
 * `keeps`: registers that no further instruction may write, and from which word on there are none. Distances of branches, jumps and pairs of auipc and jalr
 * become what they have to be.
 */
export function compressProgram(
  words: readonly number[],
  xlen: Xlen,
  random: Random,
  keeps: { readonly registers: ReadonlySet<number>; readonly from: number },
): Uint8Array {
  const decode = createDecoder(xlen, tablesOf(['i', 'm', 'zba', 'zbb', 'zbs']))
  const expand = expander(xlen, compressedRows.c)
  const halfOf = new Map<number, number>()
  const further: number[] = []
  for (let half = 0; half < 0x10000; half++) {
    const word = (half & 3) === 3 ? 0 : expand(half)
    if (word === 0) continue
    if (!halfOf.has(word)) halfOf.set(word, half)
    const { row, rd, rs1 } = decode(word, 0) ?? {}
    const isAccess = (row?.kind === 'load' || row?.kind === 'store') && (rs1 === 8 || rs1 === 9)
    const isPlain = row?.kind === 'alu' || row?.kind === 'upper'
    if ((isAccess || isPlain) && (row.kind === 'store' || !keeps.registers.has(rd!))) further.push(half)
  }
  const items: Item[] = []
  const itemOf: number[] = []
  for (const [index, word] of words.entries()) {
    if (index < keeps.from && random.below(3) === 0)
      items.push({ instr: undefined, word: 0, half: random.pick(further) })
    itemOf[index] = items.length
    const instr = decode(word | 0, index * 4)
    items.push({ instr, word, half: random.below(4) === 0 ? undefined : halfOf.get(word >>> 0) })
  }
  itemOf[words.length] = items.length
  // Where control goes is known by index of the old words.
  for (const [index, word] of words.entries()) {
    const at = itemOf[index]!
    const instr = items[at]!.instr
    const before = words[index - 1] ?? 0
    const isBuilt =
      instr?.row.kind === 'jalr' && (before & 0xfff_0007f) === AUIPC && ((before >>> 7) & 31) === instr.rs1
    if (instr?.row.kind !== 'branch' && instr?.row.kind !== 'jal' && !isBuilt) continue
    const base = isBuilt ? index - 1 : index
    const target = itemOf[base + instr.imm / 4]!
    const reach = instr.row.kind === 'branch' ? NEAR : FAR
    const isShort = !isBuilt && Math.abs(instr.imm) < reach && random.below(4) !== 0
    // Any distance tells whether there is a short form.
    const half = isShort ? halfOf.get(encode(instr.row, { ...instr, imm: 16 })) : undefined
    items[at] = { instr, word, target, from: itemOf[base]!, half }
  }
  const places = [0]
  for (const { half } of items) places.push(places.at(-1)! + (half === undefined ? 4 : 2))
  const bytes = new Uint8Array(places.at(-1)!)
  const view = new DataView(bytes.buffer)
  for (const [index, { instr, word, half, target, from }] of items.entries()) {
    const moved = target === undefined ? word : encode(instr!.row, { ...instr!, imm: places[target]! - places[from!]! })
    const place = places[index]!
    if (half === undefined) view.setUint32(place, moved, true)
    else view.setUint16(place, target === undefined ? half : halfOf.get(moved)!, true)
  }
  return bytes
}
