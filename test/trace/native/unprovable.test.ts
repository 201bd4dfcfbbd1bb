/** Replay refuses what the reference refuses: the same instructions, for the same reasons. */
import { describe, expect, test } from 'vitest'
import type { RvrError } from '../../../src/index.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { cut } from '../../../src/trace/native/cut.ts'
import { EngineGuest } from '../../../src/trace/native/engine.ts'
import { errorOf, program } from '../../run/support.ts'
import type { Assembler } from '../../support/assembler.ts'
import { engineChoices, engineFor } from './engines.ts'
import { recordRefused, standingAt } from './recorder.ts'

type Code = (code: Assembler) => unknown

const refused: readonly { readonly name: string; readonly only?: 32 | 64; readonly code: Code }[] = [
  {
    name: 'load',
    only: 64,
    code: code => code.op('addi', { rd: 'a0', imm: -8 }).op('ld', { rd: 'a1', rs1: 'a0', imm: 16 }),
  },
  { name: 'store', only: 64, code: code => code.op('addi', { rd: 'a0', imm: -8 }).op('sb', { rs1: 'a0', imm: 8 }) },
  {
    name: 'reveal',
    only: 64,
    code: code => code.op('addi', { rd: 'a0', imm: -8 }).op('reveal', { rd: 'a0', imm: 16 }),
  },
  { name: 'unaligned half', only: 32, code: code => code.op('lh', { rd: 'a1', imm: 3 }) },
  { name: 'unaligned word', only: 32, code: code => code.op('sw', { imm: 6 }) },
  {
    name: 'unaligned hint',
    code: code =>
      code
        .li('a0', 2)
        .op('hint_random', { rd: 'a0' })
        .li('a1', 0x400004 - 3)
        .op('hint_store', { rd: 'a1' }),
  },
  { name: 'call', code: code => code.li('a0', 0x400000).op('keccakf', { rd: 'a0' }) },
]

describe.each(engineChoices)('$name', async ({ xlen, compiler }) => {
  const engine = await engineFor(xlen, compiler)

  test.each(refused.filter(({ only }) => only === undefined || only === xlen))('$name', async ({ code }) => {
    const elf = program(xlen, code)
    const { error, image, segment } = recordRefused(engine.set, () => standingAt(elf))
    using guest = new EngineGuest(engine, { image, abi: abiNamed('openvm') })
    const found = await errorOf(cut(guest, segment))
    const facts = ({ code: name, message, hint, details }: RvrError) => ({ name, message, hint, details })
    expect(facts(found)).toEqual(facts(error))
  })
})
