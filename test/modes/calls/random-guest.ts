/** Random guests that call, return, jump and mark steps in every way there is, orderly and not. */
import type { Xlen } from '../../../src/elf/image.ts'
import { assembler } from '../../support/assembler.ts'
import { buildElf, type SymbolSpec } from '../../support/elf-builder.ts'
import { randomSource } from '../../support/random.ts'

const TEXT = 0x200800
const DATA = 0x300000
const STACK = DATA + 0x4000
const FUNCTIONS = 9
const SLOTS = 48

export interface RandomGuestOptions {
  /** Function symbols for about every second function alone, or for none. */
  readonly symbols: 'all' | 'some' | 'none'
  /** Functions with code in a segment of its own, behind the first one. */
  readonly second?: boolean
}

/**
 * Each function takes one from x27, and the guest ends when nothing is left. What is saved on the stack may be skipped,
 * and what is restored may be another function's.
 */
export function randomCalls(xlen: Xlen, seed: number, { symbols, second = false }: RandomGuestOptions): Uint8Array {
  const random = randomSource(seed)
  const bases = Array.from({ length: FUNCTIONS }, (_, index) => TEXT + 64 + index * SLOTS * 4)
  if (second) for (const index of [FUNCTIONS - 2, FUNCTIONS - 1]) bases[index]! += 0x10000
  const [load, store] = xlen === 64 ? ['ld', 'sd'] : ['lw', 'sw']
  const temporaries = ['a0', 'a1', 'a2', 't1', 't2'] as const
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!
  const other = (): number => pick(bases) + (random(5) === 0 ? 4 * random(SLOTS) : 0)
  const code = assembler(xlen, TEXT)
  const far = assembler(xlen, second ? bases[FUNCTIONS - 2]! : 0)
  code
    .li('sp', STACK)
    .li('s0', DATA)
    .li('s11', 60 + random(400))
    .op('jal', { rd: 'ra', imm: bases[0]! - code.pc })
  code.op('terminate')
  while (code.pc < bases[0]!) code.op('addi')
  for (const [index, base] of bases.entries()) {
    const own = second && index >= FUNCTIONS - 2 ? far : code
    const end = base + SLOTS * 4
    const jump = (rd: 0 | 1 | 5 | 6): void => {
      const target = other()
      if (random(2) === 0) own.op('jal', { rd, imm: target - own.pc })
      else own.li('t1', target).op('jalr', { rd, rs1: 't1' })
    }
    const ways: readonly (() => void)[] = [
      () => own.op('addi', { rd: pick(temporaries), rs1: pick(temporaries), imm: random(100) }),
      () => own.op('add', { rd: pick(temporaries), rs1: pick(temporaries), rs2: pick(temporaries) }),
      () => own.op('addi', { rd: 0, rs1: 0, imm: pick([1, 2, -2048, 2047]) }),
      () => jump(1),
      () => jump(1),
      () => jump(5),
      // Only its link register says that it is no call.
      () => random(4) === 0 && jump(6),
      () => random(3) === 0 && jump(0),
      () => {
        const ahead = own.pc + 4 * (1 + random(12))
        const target = random(3) === 0 ? other() : random(8) === 0 ? base + 4 * random(SLOTS) : ahead
        if (Math.abs(target - own.pc) < 4096)
          own.op(pick(['beq', 'bne', 'blt']), { rs1: pick(temporaries), rs2: pick(temporaries), imm: target - own.pc })
      },
      // Contexts that are left and come back to: longjmp and coroutines.
      () => own.op(store, { rs1: 's0', rs2: 'ra', imm: 0 }).op(store, { rs1: 's0', rs2: 'sp', imm: 8 }),
      () =>
        random(3) === 0 &&
        own
          .op(load, { rd: 'ra', rs1: 's0', imm: 0 })
          .op(load, { rd: 'sp', rs1: 's0', imm: 8 })
          .op('jalr', { rs1: 'ra' }),
      () => random(4) === 0 && own.op('jalr', { rd: 'ra', rs1: 't0' }),
      () => random(4) === 0 && own.op('jalr', { rd: 't0', rs1: 'ra' }),
      () => random(6) === 0 && own.op('addi', { rd: 'sp', rs1: 'sp', imm: 16 }),
      () =>
        random(6) === 0 && own.op('addi', { rd: 'ra', rs1: 'ra', imm: pick([4, -4, 64]) }).op('jalr', { rs1: 'ra' }),
    ]
    own.op('addi', { rd: 's11', rs1: 's11', imm: -1 })
    own.op('bne', { rs1: 's11', imm: 8 }).op('terminate')
    own.op('addi', { rd: 'sp', rs1: 'sp', imm: -16 }).op(store, { rs1: 'sp', rs2: 'ra', imm: 0 })
    while (own.pc < end - 40) pick(ways)()
    if (random(8) !== 0) own.op(load, { rd: 'ra', rs1: 'sp', imm: 0 })
    if (random(8) !== 0) own.op('addi', { rd: 'sp', rs1: 'sp', imm: 16 })
    if (random(8) !== 0) own.op('jalr', { rs1: pick(['ra', 'ra', 'ra', 't0']) })
    while (own.pc < end) own.op('addi')
  }
  const isNamed = (): boolean => symbols === 'all' || (symbols === 'some' && random(2) === 0)
  const named = bases.flatMap((address, index): SymbolSpec[] =>
    isNamed() ? [{ name: `f${index}`, address, size: random(2) * SLOTS * 4 }] : [],
  )
  // Whatever is taken for an address of code is one, as a rule.
  const data = new DataView(new ArrayBuffer(0x8000))
  for (let at = 0; at < data.byteLength; at += xlen / 8) data.setUint32(at, other(), true)
  data.setUint32(8, STACK, true)
  const more = second ? [{ address: bases[FUNCTIONS - 2]!, bytes: far.finish(), flags: 5 }] : []
  return buildElf({
    xlen,
    entry: TEXT,
    segments: [
      { address: TEXT, bytes: code.finish(), flags: 5 },
      ...more,
      { address: DATA, bytes: new Uint8Array(data.buffer), flags: 6 },
    ],
    symbols: symbols === 'none' ? undefined : named,
  })
}
