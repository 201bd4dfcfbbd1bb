/** Words that are no instruction, reached in every mode by either engine: ABI linux traps at them with nothing changed. */
import { describe, expect, test } from 'vitest'
import type { Assembler } from '../support/assembler.ts'
import { artifactOf, DATA, engines, modeNames, program, useRvr, widths } from './support.ts'

const holder = useRvr('shared', 'quick')

/**
 * Each lies next to an instruction: unimp, other CSR instructions, FENCE.I, shifts too far, ALU classes, system
 * instructions with operands, custom-0.
 */
const words = [
  0xc0001073,
  0x30001073,
  0xc0002573,
  0x0000100f,
  0x4000_1033,
  0x0400_1013 | (1 << 31),
  0x0600_501b,
  0x0200_0073,
  0x00000573,
  0x0000_8073,
  0x30200073,
  0x10500073,
  0x0000_000b,
  0,
  0xffff_ffff,
] as const

/** Reads a byte of its input and executes the word of that number; exits with 1 behind it. */
const dispatching = (a: Assembler): void => {
  a.li('a7', 63)
    .li('a1', DATA)
    .li('a2', 1)
    .op('ecall')
    .op('lbu', { rd: 't0', rs1: 'a1' })
    .op('slli', { rd: 't0', rs1: 't0', imm: 4 })
    .op('jal', { rd: 't1', target: 'dispatch' })
  for (const word of words) a.word(word).li('a7', 93).li('a0', 1).op('ecall')
  a.label('dispatch').op('add', { rd: 't0', rs1: 't0', rs2: 't1' }).op('jalr', { rs1: 't0' })
}

describe.each(widths)('RV%i', xlen => {
  test.each(modeNames)('mode %s: they trap in both engines, unimp among them (unimp-is-nop)', async mode => {
    const guest = await holder.rvr.load(program(xlen, dispatching), { abi: 'linux' })
    for (const engine of engines) {
      const artifact = await artifactOf(guest, mode, engine)
      for (const [index, word] of words.slice(0, mode === 'pure' ? words.length : 3).entries()) {
        using run = await artifact.execute({ inputs: [Uint8Array.of(index)] })
        const where = `0x${word.toString(16)} in ${engine}`
        expect(run.outcome, where).toBe('trapped')
        expect(run.trap?.kind, where).toBe('illegal-instruction')
        expect(BigInt(run.trap!.pc), where).toBe(run.registers[5])
        expect(run.registers[10], where).toBe(1n)
      }
    }
  })

  test('ABI openvm: unimp is a no-op, as its prover has it', async () => {
    const guest = await holder.rvr.load(program(xlen, a => a.word(0xc0001073).op('terminate', { imm: 7 })))
    for (const engine of engines) {
      using run = await (await artifactOf(guest, 'pure', engine)).execute()
      expect(run).toMatchObject({ outcome: 'terminated', exitCode: 7, instret: 2n })
    }
  })
})
