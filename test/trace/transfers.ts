/** Random programs that hint, reveal and print, between accesses to what they have moved. */
import type { Xlen } from '../../src/elf/image.ts'
import { DATA, program } from '../run/support.ts'
import { randomSource } from '../support/random.ts'

const AREA = 0x400000
const AREA_WORDS = 64

/** `steps` of them; hint streams that end, and unaligned places now and then, end what can be proved of it. */
export function randomTransfers(xlen: Xlen, seed: number, steps: number): Uint8Array {
  const random = randomSource(seed)
  const word = xlen / 8
  const isRare = (): boolean => random(200) === 0
  const address = (room = 1): number => AREA + random(AREA_WORDS - room) * word + (isRare() ? 1 : 0)
  return program(xlen, code => {
    const hints = (count: number): unknown => code.li('s1', count).op('hint_random', { rd: 's1' })
    const transfer: readonly (() => unknown)[] = [
      () => {
        const count = 1 + random(24)
        hints(count + (isRare() ? -1 : random(3)))
        code.li('s0', address(count)).li('s1', count).op('hint_buffer', { rd: 's0', rs1: 's1' })
      },
      () => {
        const count = 1 + random(3)
        hints(count)
        for (let at = 0; at < count; at++) code.li('s0', address()).op('hint_store', { rd: 's0' })
      },
      () => code.li('a0', random(56 / word) * word).op('reveal', { rd: 'a0', rs1: 'a1', imm: random(2) * word }),
      () =>
        code
          .li('a0', DATA + random(16))
          .li('a2', random(8))
          .op('print_str', { rd: 'a0', rs1: 'a2' }),
      () =>
        code
          .li('s0', address())
          .op('lw', { rd: 'a1', rs1: 's0' })
          .op('lbu', { rd: 'a3', rs1: 's0', imm: random(4) }),
      () =>
        code
          .li('s0', address())
          .op('sw', { rs1: 's0', rs2: 'a1' })
          .op('sb', { rs1: 's0', rs2: 'a3', imm: random(4) }),
      () => code.op('add', { rd: 'a1', rs1: 'a1', rs2: 'a3' }).op('mul', { rd: 'a3', rs1: 'a1', rs2: 'a3' }),
    ]
    for (let at = 0; at < steps; at++) {
      transfer[random(transfer.length)]!()
      if (random(4) > 0) continue
      code
        .li('t0', 1 + random(5))
        .label(`loop${at}`)
        .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
        .op('bne', { rs1: 't0', target: `loop${at}` })
    }
    code.op('terminate', { imm: random(4) })
  })
}
