/** Assembled guests whose blocks access memory in every way that touch statements tell apart. */
import type { Xlen } from '../../src/elf/image.ts'
import type { Assembler } from '../support/assembler.ts'
import { randomSource } from '../support/random.ts'
import { program } from '../run/support.ts'

type Base = 'sp' | 's0' | 's1' | 's2'
const BASES: readonly Base[] = ['sp', 's0', 's1', 's2']
/** Each block has an area of its own for each base, so that a leaf that is not marked is marked by nobody. */
const AREAS = 0x400000
const AREA_BYTES = 1024

const loads = { 1: ['lb', 'lbu'], 2: ['lh', 'lhu'], 4: ['lw'], 8: ['ld'] } as const
const stores = { 1: 'sb', 2: 'sh', 4: 'sw', 8: 'sd' } as const
export type Width = keyof typeof stores

export interface Access {
  readonly base: Base
  readonly offset: number
  readonly width: Width
  readonly store?: boolean
}

export function emitAccess(code: Assembler, { base, offset, width, store }: Access): void {
  if (store === true) code.op(stores[width], { rs1: base, rs2: 'a0', imm: offset })
  else code.op(loads[width][0], { rd: 'a1', rs1: base, imm: offset })
}

/** Sets a base register; `hidden` keeps its value from the compiler's analysis, so that accesses are checked. */
function setBase(code: Assembler, base: Base, value: number, hidden: boolean): void {
  code.li(base, value)
  if (hidden) code.op('add', { rd: base, rs1: base, rs2: 'zero' })
}

let labels = 0
/** Ends the basic block. */
export function endBlock(code: Assembler): void {
  const label = `block${labels++}`
  code.op('jal', { target: label }).label(label)
}

/** A block of these accesses, with the bases at these addresses. */
export function block(
  code: Assembler,
  bases: Partial<Record<Base, number>>,
  accesses: readonly Access[],
  hidden = false,
): void {
  for (const [base, value] of Object.entries(bases)) setBase(code, base as Base, value, hidden)
  endBlock(code)
  for (const access of accesses) emitAccess(code, access)
  endBlock(code)
}

export const accessProgram = (xlen: Xlen, write: (code: Assembler) => void): Uint8Array =>
  program(xlen, code => {
    write(code)
    code.op('terminate')
  })

/** `blocks` random blocks. */
export function randomAccesses(xlen: Xlen, seed: number, blocks: number): Uint8Array {
  const random = randomSource(seed)
  const widths: readonly Width[] = xlen === 64 ? [1, 2, 4, 8] : [1, 2, 4]
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!
  const signed = (reach: number): number => random(2 * reach) - reach
  /** Some accesses of one base. */
  const group = (base: Base): Access[] => {
    const store = random(2) === 0
    const start = signed(200)
    switch (random(6)) {
      // A structure's fields, in any order.
      case 0:
        return Array.from({ length: 1 + random(14) }, () => {
          const width = pick(widths)
          return { base, store, width, offset: Math.floor(start / 8) * 8 + random(96 / width) * width }
        })
      // Saved registers.
      case 1:
        return Array.from({ length: 2 + random(12) }, (_, index) => ({
          base,
          store,
          width: (xlen / 8) as Width,
          offset: Math.floor(start / 8) * 8 + index * (xlen / 8),
        }))
      // A run of bytes or halves.
      case 2: {
        const width = pick([1, 2] as const)
        return Array.from({ length: 1 + random(24) }, (_, index) => ({
          base,
          store,
          width,
          offset: start + index * width,
        }))
      }
      // Anything, close together.
      case 3:
        return Array.from({ length: 1 + random(6) }, () => ({
          base,
          store,
          width: pick(widths),
          offset: start + random(20),
        }))
      // Anything, far apart.
      case 4:
        return Array.from({ length: 1 + random(6) }, () => ({ base, store, width: pick(widths), offset: signed(240) }))
      default:
        return [{ base, store, width: pick(widths), offset: start }]
    }
  }
  return accessProgram(xlen, code => {
    for (let index = 0; index < blocks; index++) {
      const hidden = random(2) === 0
      for (const [number, base] of BASES.entries()) {
        // Half of all bases are as aligned as compilers make them.
        setBase(
          code,
          base,
          AREAS +
            (index * BASES.length + number) * AREA_BYTES +
            AREA_BYTES / 2 +
            (random(2) === 0 ? random(2) * 8 : random(32)),
          hidden,
        )
      }
      endBlock(code)
      const accesses = Array.from({ length: 1 + random(3) }, () => group(pick(BASES))).flat()
      // Some blocks mix the groups, and some move a base on the way.
      if (random(3) === 0)
        for (let at = accesses.length - 1; at > 0; at--) {
          const other = random(at + 1)
          const kept = accesses[at]!
          accesses[at] = accesses[other]!
          accesses[other] = kept
        }
      const moves = random(3) === 0
      for (const access of accesses) {
        emitAccess(code, access)
        if (!moves || random(4) !== 0) continue
        if (random(3) === 0) code.op('add', { rd: access.base, rs1: access.base, rs2: 'zero' })
        else code.op('addi', { rd: access.base, rs1: access.base, imm: signed(16) })
      }
      endBlock(code)
    }
  })
}
