/** Random sequences of extension instructions among plain ones: native code in every mode and the interpreter agree, traps included. */
import { describe, expect, inject, test } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { configOf } from '../../src/extensions/config.ts'
import { guestAbi } from '../../src/extensions/registry.ts'
import { Rvr, type Run } from '../../src/index.ts'
import { encode } from '../../src/isa/encoding.ts'
import type { CallRow } from '../../src/isa/row.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { DATA, factsOf, modeNames, program, quickly, widths } from '../run/support.ts'
import { Random } from './generator.ts'

const rounds = Number(process.env['RVR_FUZZ_ROUNDS'] ?? 1)
const firstSeed = Number(process.env['RVR_FUZZ_SEED'] ?? 1)

const SECP256K1 = `${2n ** 256n - 2n ** 32n - 977n}`
const MERSENNE = `${2n ** 61n - 1n}`
const BLS12_381 = '0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab'
const config = {
  app_vm_config: {
    keccak: {},
    sha2: {},
    bigint: {},
    modular: { supported_moduli: [SECP256K1, MERSENNE, BLS12_381] },
    fp2: { supported_moduli: [['Bls', BLS12_381]] },
    ecc: { supported_curves: [{ struct_name: 'Secp', modulus: SECP256K1, scalar: '7', a: '0', b: '7' }] },
  },
}
const { extensions } = await guestAbi({ name: 'openvm', config: configOf(config, 'test') })
const calls = extensions.flatMap(({ rows }) => rows).filter((row): row is CallRow => row.kind === 'call')

/** Set-up wants the modulus in memory, which it never is here. */
const unlikelyToTrap = calls.filter(({ name }) => !name.includes('setup'))

const AREA = 4096
/** Registers that hold addresses in the area; a2 holds a length, s10 counts turns. */
const POINTERS = [8, 9, 18, 19, 20, 21]
const LENGTH = 12
const TURNS = 26
const RESULTS = [13, 14, 15]

/** A few turns over a random sequence; now and then a pointer that lies outside, which ends the guest in a trap. */
function randomCalls(xlen: Xlen, random: Random): Uint8Array {
  return program(xlen, code => {
    code.li('s11', DATA)
    for (let at = 0; at < AREA; at += 4) {
      if (at % 2048 === 0) code.li('s11', DATA + at)
      code.li('t0', random.below(20) === 0 ? random.below(3) - 1 : random.word())
      code.op('sw', { rs1: 's11', rs2: 't0', imm: at % 2048 })
    }
    code.li(TURNS, 1 + random.below(6))
    for (const pointer of POINTERS) code.li(pointer, DATA + random.below(AREA - 256))
    code.label('turn')
    for (let item = 0; item < 60; item++) {
      const row = random.pick(random.below(40) === 0 ? calls : unlikelyToTrap)
      if (random.below(3) === 0)
        code.li(
          random.pick(POINTERS),
          random.below(400) === 0 ? random.pick([0x1fff_fff0, -8, 0x2000_0000]) : DATA + random.below(AREA - 256),
        )
      if (row.operands.some(({ register }) => register === 'rs2') && row.operands.some(operand => 'most' in operand))
        code.li(LENGTH, random.below(200) === 0 ? 3 : random.below(18) * (xlen / 8))
      const rs2 = row.operands.some(operand => 'most' in operand) ? LENGTH : random.pick(POINTERS)
      const rd = row.result === 'register' ? random.pick(RESULTS) : random.pick(POINTERS)
      const fixed = (row.mask & (0x1f << 20)) !== 0
      // A point plus itself traps.
      const rs1 = random.pick(POINTERS.filter(pointer => pointer !== rs2))
      code.word(encode(row, { rd, rs1, ...(!fixed && { rs2 }), ...(row.result === 'branch' && { imm: 8 }) }))
      code.op('sb', { rs1: random.pick(POINTERS), rs2: random.pick(RESULTS), imm: random.below(64) })
      if (random.below(4) === 0) code.op('addi', { rd: 's0', rs1: 's0', imm: random.below(9) - 4 })
    }
    code.op('addi', { rd: TURNS, rs1: TURNS, imm: -1 })
    code.op('beq', { rs1: TURNS, rs2: 0, imm: 8 })
    code.op('jal', { rd: 0, target: 'turn' })
    code.op('terminate')
  })
}

const areaOf = (run: Run): string => Buffer.from(run.memory.read(DATA, AREA)).toString('hex')

describe.each(widths)('RV%i', xlen => {
  test.each(Array.from({ length: rounds }, (_, round) => firstSeed + round))('seed %i', async seed => {
    // Seeds and widths take turns with the compilers.
    await using rvr = await Rvr.create({
      cacheDir: inject('sharedCache'),
      ...((seed + xlen / 32) % 2 === 0 && { cc: 'gcc' }),
    })
    const elf = randomCalls(xlen, new Random(seed * 2 + xlen))
    const guest = await rvr.load(elf, { config })
    // The native interpreter has the same C of the extensions; here it is not optimised.
    await using quick = await Rvr.create({ cacheDir: inject('sharedCache'), ...quickly() })
    const interpreted = await quick.load(elf, { config })
    using expected = await guest.interpret('metered-cost').execute()
    // Compiling is what takes the time: one mode for each width, unless more is asked for.
    const isAtLength = isExhaustive || process.env['RVR_FUZZ_ROUNDS'] !== undefined
    for (const mode of isAtLength ? modeNames : sample(modeNames, xlen / 32, 4)) {
      const options = mode === 'metered' ? { segmentLimits: { maxTraceHeight: 2048 } } : {}
      using run = await (await guest.compile(mode)).execute(options)
      using threaded = await (await interpreted.interpretNatively(mode)).execute(options)
      expect(factsOf(threaded), mode).toEqual(factsOf(run))
      expect([areaOf(threaded), threaded.segments]).toEqual([areaOf(run), run.segments])
      expect({ ...factsOf(run), cost: undefined }, mode).toEqual({ ...factsOf(expected), mode, cost: undefined })
      expect(areaOf(run), mode).toBe(areaOf(expected))
      if (run.cost !== undefined) expect(run.cost, mode).toBe(expected.cost)
      if (mode !== 'metered') continue
      using reference = await guest.interpret(mode).execute(options)
      expect(run.segments).toEqual(reference.segments)
    }
  })
})
