/** Tests of extension instructions that cannot be executed: the trap names the instruction, and nothing has changed. */
import { expect, test } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import type { Guest, Run, Rvr, TrapReport } from '../../../src/index.ts'
import { randomSource } from '../../support/random.ts'
import { sample } from '../../support/exhaustive.ts'
import { bytesOf, moduli, operations, type Operation } from './probe-operations.ts'
import { operation, ProbeScript, type Registers } from './probe-script.ts'
import { heldAt, littleEndian, loadGuest, runModes } from './support.ts'

const ARENA = 0x300000
const ARENA_BYTES = 768
const MEMORY_END = 2n ** 29n
const roles = ['rd', 'rs1', 'rs2'] as const

/** One of everything that has its own size or its own way. */
const chosen = operations.filter(
  ({ name }) =>
    /^(keccakf|xorin of 136|sha|int256 (add|slt)$|beq|modular [036] |fp2|curve [13])/.test(name) &&
    !/sub$|xor$/.test(name),
)

/** The encoding's bits that the operation's number says: opcode, funct3, funct7. */
function isInstruction(word: number, code: number): boolean {
  const custom = (code >> 12) & 1
  const funct3 = (code >> 8) & 7
  const funct7 = code & 0x7f
  if ((word & 0x7f) !== (custom === 0 ? 0x0b : 0x2b) || ((word >> 12) & 7) !== funct3) return false
  return (custom === 0 && funct3 === 6) || word >>> 25 === funct7
}

interface Trapped {
  readonly trap: TrapReport
  readonly word: number
  readonly arena: Uint8Array
}

function trapped(run: Run): Trapped {
  expect(run.outcome).toBe('trapped')
  const trap = run.trap!
  expect(run.pc).toBe(trap.pc)
  expect(run.instret).toBe(trap.instret)
  expect(run.registers).toEqual(trap.registers)
  return {
    trap,
    word: new DataView(run.memory.read(trap.pc, 4).buffer).getUint32(0, true),
    arena: run.memory.read(ARENA, ARENA_BYTES),
  }
}

/** Runs one instruction on an arena of bytes; checks all that holds of every trap. */
async function trapIn(
  mode: string,
  guest: Guest,
  xlen: Xlen,
  code: number,
  registers: Registers,
  arena: Uint8Array,
): Promise<TrapReport> {
  const script = new ProbeScript().poke(ARENA, arena).run(code, registers)
  const {
    trap,
    word,
    arena: after,
  } = await runModes(guest, script.finish(xlen), ({ run }) => trapped(run), [mode], heldAt(xlen, 64))
  expect(isInstruction(word, code), `0x${word.toString(16)} at pc`).toBe(true)
  expect(Buffer.compare(after, arena)).toBe(0)
  const fields = { rd: (word >> 7) & 31, rs1: (word >> 15) & 31, rs2: (word >> 20) & 31 }
  // Which of the three an operation has is seen from its size; the fields of the others may be anything.
  for (const role of roles)
    if (registers[role] >= MEMORY_END)
      expect(trap.registers[fields[role]], role).toBe(BigInt.asUintN(xlen, registers[role]))
  return trap
}

function arenaFor({ operands }: Operation, seed: number): Uint8Array {
  const random = randomSource(seed)
  const arena = bytesOf(random, ARENA_BYTES)
  const [first, second] = operands(random)
  arena.set(first, 256)
  arena.set(second, 512)
  return arena
}

/** The tests for one width and mode; the guest's native code is that of `holder`, so that other tests share it. */
export function testTraps(holder: { readonly rvr: Rvr }, xlen: Xlen, mode: string): void {
  /**
   * Addresses outside of memory for an operand of some bytes: across the end, behind it, and where they would wrap
   * around.
   */
  const outside = (bytes: number): bigint[] => [
    MEMORY_END - BigInt(bytes) + 1n,
    MEMORY_END - 1n,
    MEMORY_END,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n - BigInt(bytes),
    ...(xlen === 64 ? [2n ** 32n + BigInt(ARENA), 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n - BigInt(bytes)] : []),
  ]

  test('pointers out of memory', async () => {
    const guest = await loadGuest(holder.rvr, 'extension-probe', xlen)
    const operands = chosen.flatMap(of => roles.flatMap((role, index) => (of.sizes[index]! > 0 ? [{ of, role }] : [])))
    // The widths share the operands.
    let turn = 0
    for (const { of, role } of sample(operands, xlen / 32)) {
      const addresses = outside(of.sizes[roles.indexOf(role)]!)
      const address = addresses[turn++ % addresses.length]!
      const registers = {
        rd: BigInt(ARENA),
        rs1: BigInt(ARENA + 256),
        rs2: BigInt(of.length ?? ARENA + 512),
        [role]: address,
      }
      const trap = await trapIn(mode, guest, xlen, of.code, registers, arenaFor(of, turn))
      expect(trap, `${of.name}, ${role}`).toMatchObject({
        kind: role === 'rd' ? 'store-outside' : 'load-outside',
        address: BigInt.asUintN(xlen, address),
      })
    }
  })

  const { p } = moduli[0]!
  const zero = new Uint8Array(32)
  const prime = littleEndian(p, 32)
  const two = (first: Uint8Array, second: Uint8Array): Uint8Array => {
    const arena = new Uint8Array(ARENA_BYTES).fill(0xee)
    arena.set(second, 512)
    arena.set(first, 256)
    return arena
  }
  const longZero = new Uint8Array(192)
  test.each<[string, number, Uint8Array, bigint?]>([
    ['division by zero', operation(1, 0, 3), two(prime, zero)],
    ['division by the modulus', operation(1, 0, 3), two(zero, prime)],
    ['division by zero in 384 bits', operation(1, 0, 6 * 8 + 3), two(prime, longZero)],
    ['a set-up with another modulus', operation(1, 0, 5, 0), two(littleEndian(p - 1n, 32), zero)],
    ['a set-up of comparisons with another modulus', operation(1, 0, 5, 2), two(littleEndian(p - 1n, 32), zero)],
    ['division by zero in Fp2', operation(1, 2, 3), two(prime, longZero)],
    ['a set-up of Fp2 with another modulus', operation(1, 2, 4, 1), two(prime, longZero)],
    ['a sum of points with the same x', operation(1, 1, 0), two(prime, longZero)],
    ['twice a point with y = 0', operation(1, 1, 1), two(longZero, longZero)],
    ['a set-up of a curve with another modulus', operation(1, 1, 2, 0), two(littleEndian(p + 2n, 32), zero)],
    ['a set-up of sums with another modulus', operation(1, 1, 2, 1), two(littleEndian(p + 2n, 32), zero)],
    ['xorin of 137 bytes', operation(0, 4, 1), two(zero, zero), 137n],
    ['xorin of half a word', operation(0, 4, 1), two(zero, zero), BigInt(xlen / 16)],
    ['xorin of very many bytes', operation(0, 4, 1), two(zero, zero), xlen === 64 ? 2n ** 32n + 8n : 2n ** 32n - 8n],
    ['a pairing of no points', operation(1, 3, 0), two(longZero, longZero)],
  ])('%s', async (_name, code, arena, length) => {
    const guest = await loadGuest(holder.rvr, 'extension-probe', xlen)
    const trap = await trapIn(
      mode,
      guest,
      xlen,
      code,
      { rd: BigInt(ARENA), rs1: BigInt(ARENA + 256), rs2: length ?? BigInt(ARENA + 512) },
      arena,
    )
    expect(trap).toMatchObject({ kind: 'operand-invalid', message: expect.stringMatching(/\w/) as string })
  })

  test('hints for what lies outside of memory', async () => {
    const guest = await loadGuest(holder.rvr, 'extension-probe', xlen)
    const arena = new Uint8Array(ARENA_BYTES)
    const registers = { rd: 0n, rs1: MEMORY_END - 7n, rs2: BigInt(ARENA + 512) }
    expect((await trapIn(mode, guest, xlen, operation(1, 0, 7), registers, arena)).kind).toBe('load-outside')
    expect((await trapIn(mode, guest, xlen, operation(1, 3, 0), registers, arena)).kind).toBe('load-outside')
    // The list of points itself is in order, what it points to is not.
    const width = xlen / 8
    arena.set([...littleEndian(MEMORY_END - 60n, width), ...littleEndian(1n, width)], 256)
    arena.set([...littleEndian(BigInt(ARENA), width), ...littleEndian(1n, width)], 512)
    expect(
      (await trapIn(mode, guest, xlen, operation(1, 3, 0), { ...registers, rs1: BigInt(ARENA + 256) }, arena)).kind,
    ).toBe('load-outside')
  })
}
