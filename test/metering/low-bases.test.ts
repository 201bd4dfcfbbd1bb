/** A word of marks is read where the accesses lie and nowhere below memory, whatever a base register holds. */
import { expect, test } from 'vitest'
import { expectSame, useRvr } from '../run/support.ts'
import { accessProgram, emitAccess, endBlock } from './access-guest.ts'
import { expectPieces, piecesOf, plainPieces, trace } from './support.ts'

const host = useRvr()

/**
 * The base is aligned or a misaligned low address, and the compiler cannot tell which; rvr proves that both keep every
 * access in memory, so that nothing checks them.
 */
test.each([
  ['s0', 3],
  ['s0', 5],
  ['sp', 5],
] as const)('%s at address %i', async (base, address) => {
  const elf = accessProgram(64, code => {
    code
      .li(base, base === 'sp' ? 16 : 8)
      .op('lw', { rd: 'a0', rs1: 'zero', imm: 64 })
      .op('bne', { rs1: 'a0', target: 'join' })
      .li(base, address)
    code.label('join').op('add', { rd: 'a2', rs1: 'a2', rs2: base })
    endBlock(code)
    emitAccess(code, { base, offset: -address, width: 1 })
    for (const offset of [8, 16, 24, 32, 40]) emitAccess(code, { base, offset, width: 8 })
    endBlock(code)
  })
  const guest = await host.rvr.load(elf)
  using reference = await guest.interpret('metered').execute()
  using run = await (await guest.compile('metered')).execute()
  expect(reference.outcome).toBe('terminated')
  expectPieces(piecesOf(run), plainPieces(guest, trace(guest)), guest, 'native')
  expectSame(run, reference)
})
