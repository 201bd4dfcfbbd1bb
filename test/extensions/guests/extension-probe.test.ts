/** Every extension instruction, natively and in the interpreter: random operands at any addresses, overlapping too, against results from outside. */
import { describe, expect, test } from 'vitest'
import { randomSource } from '../../support/random.ts'
import { isExhaustive, sample } from '../../support/exhaustive.ts'
import { fixture, useRvr } from '../../run/support.ts'
import {
  bytesOf,
  moduli,
  operations,
  power,
  residue,
  type Expected,
  type Operation,
  type Random,
} from './probe-operations.ts'
import { operation, ProbeScript } from './probe-script.ts'
import { testTraps } from './probe-traps.ts'
import { fromLittleEndian, heldAt, littleEndian, loadGuest, modes, runModes } from './support.ts'

const quick = useRvr('shared', 'quick')

const ARENAS = 0x300000
const ARENA_BYTES = 512
/** Places of rd, rs1 and rs2 in an arena: apart, at odd addresses, on each other, overlapping; before and behind. */
const places: readonly (readonly [rd: number, rs1: number, rs2: number])[] = [
  [0, 208, 344],
  [1, 203, 341],
  [64, 64, 200],
  [208, 0, 208],
  [8, 8, 8],
  [24, 32, 200],
  [200, 0, 217],
  [13, 340, 6],
  [304, 100, 100],
]

interface Probe {
  readonly operation: Operation
  readonly address: number
  readonly before: Uint8Array
  readonly at: readonly [rd: number, rs1: number, rs2: number]
  readonly expected: Expected
}

/**
 * Whether an operation's operands mean something in any bytes. Points that overlap lie on no curve, and a setup wants
 * the modulus.
 */
function isDefined(
  { name }: Operation,
  [, rs1, rs2]: Probe['at'],
  before: Uint8Array,
  given: ReturnType<Operation['operands']>,
): boolean {
  if (!/curve|setup|div/.test(name)) return true
  const kept = (at: number, bytes: Uint8Array): boolean =>
    Buffer.compare(before.subarray(at, at + bytes.length), bytes) === 0
  return kept(rs1, given[0]) && kept(rs2, given[1])
}

function probe(random: Random, of: Operation, at: Probe['at'], address: number): Probe | undefined {
  const before = bytesOf(random, ARENA_BYTES)
  const given = of.operands(random)
  before.set(given[1], at[2])
  before.set(given[0], at[1])
  if (!isDefined(of, at, before, given)) return undefined
  const [rd, rs1, rs2] = at.map((from, index) => before.slice(from, from + of.sizes[index]!)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  return { operation: of, address, before, at, expected: of.expected(rs1, rs2, rd) }
}

/** One arena for each probe. The widths share the places of each operation. */
function makeProbes(xlen: 32 | 64): Probe[] {
  const random = randomSource(xlen)
  const probes: Probe[] = []
  for (const [index, of] of operations.entries()) {
    for (const at of sample(places, index + xlen / 32)) {
      const made = probe(random, of, at, ARENAS + (probes.length % BATCH) * ARENA_BYTES)
      if (made !== undefined) probes.push(made)
    }
  }
  return probes
}

/** As many as the guest's script holds. */
const BATCH = 160

function batches(probes: readonly Probe[]): Probe[][] {
  return Array.from({ length: Math.ceil(probes.length / BATCH) }, (_, index) =>
    probes.slice(index * BATCH, (index + 1) * BATCH),
  )
}

function scriptOf(probes: readonly Probe[]): ProbeScript {
  const script = new ProbeScript()
  for (const {
    operation: of,
    address,
    before,
    at: [rd, rs1, rs2],
  } of probes) {
    script.poke(address, before)
    script.run(of.code, {
      rd: BigInt(address + rd),
      rs1: BigInt(address + rs1),
      rs2: BigInt(of.length ?? address + rs2),
    })
  }
  return script
}

/** The first difference from what a probe must leave behind. */
function problemOf(
  { operation: of, before, at, expected }: Probe,
  after: Uint8Array,
  result: bigint,
): string | undefined {
  const wanted = before.slice()
  if (expected.memory instanceof Uint8Array) wanted.set(expected.memory, at[0])
  if (expected.memory === 'unspecified') wanted.set(after.subarray(at[0], at[0] + of.sizes[0]), at[0])
  const place = `${of.name} at ${at.join(', ')}`
  if (result !== (expected.result ?? 0n)) return `${place}: result ${result}`
  return Buffer.compare(wanted, after) === 0
    ? undefined
    : `${place}: ${Buffer.from(after.subarray(at[0], at[0] + of.sizes[0])).toString('hex')} in place of ${Buffer.from(wanted.subarray(at[0], at[0] + of.sizes[0])).toString('hex')}`
}

/**
 * A mode for each width, and pure below: native code takes long to compile. One width is optimised by `make exhaustive`;
 * optimised code of all these instructions runs in test/differential/calls.test.ts.
 */
describe.each([
  [32, isExhaustive ? modes : ['metered']],
  [64, isExhaustive ? modes : ['metered-cost']],
] as const)('RV%i', (xlen, inModes) => {
  const width = xlen / 8
  const held = heldAt(xlen, 64)
  const holder = isExhaustive && xlen === 32 ? useRvr() : quick

  test('every instruction, operands anywhere', async () => {
    const guest = await loadGuest(holder.rvr, 'extension-probe', xlen)
    for (const probes of batches(makeProbes(xlen))) {
      const problems = await runModes(
        guest,
        scriptOf(probes).finish(xlen),
        ({ run }) => {
          expect(run.outcome, run.trap?.message).toBe('terminated')
          expect(run.exitCode).toBe(0)
          const { bytes } = run.memory
          return probes.flatMap(
            (each, index) =>
              problemOf(
                each,
                bytes.slice(each.address, each.address + ARENA_BYTES),
                fromLittleEndian(run.publicValues.subarray(index * width, (index + 1) * width)),
              ) ?? [],
          )
        },
        inModes,
        held,
      )
      expect(problems).toEqual([])
    }
  })

  test('the last bytes of memory are operands like others', async () => {
    const guest = await loadGuest(holder.rvr, 'extension-probe', xlen)
    const random = randomSource(7)
    for (const name of [
      'keccakf',
      'sha512',
      'xorin of 136',
      'int256 mul',
      'modular 6 mul',
      'fp2 1 div',
      'curve 3 add',
    ]) {
      const of = operations.find(each => each.name === name)!
      const [first, second] = of.operands(random)
      const [toSize, firstSize, secondSize] = of.sizes
      const end = 2 ** 29
      const base = ARENAS
      for (const top of [0, 1, 2] as const) {
        const at = [base, base + 256, base + 512].map((address, index) =>
          index === top && of.sizes[index]! > 0 ? end - of.sizes[index]! : address,
        ) as [number, number, number]
        const before = bytesOf(random, toSize)
        const script = new ProbeScript().poke(at[0], before).poke(at[1], first).poke(at[2], second)
        script.run(of.code, { rd: BigInt(at[0]), rs1: BigInt(at[1]), rs2: BigInt(of.length ?? at[2]) })
        const wanted = of.expected(first.slice(0, firstSize), second.slice(0, secondSize), before).memory
        const found = await runModes(
          guest,
          script.finish(xlen),
          ({ run }) => run.memory.read(at[0], toSize),
          inModes.slice(-1),
          held,
        )
        expect(Buffer.from(found).toString('hex'), name).toBe(Buffer.from(wanted as Uint8Array).toString('hex'))
      }
    }
  })

  test('hints: a non-residue, and roots of residues and others', async () => {
    const guest = await loadGuest(holder.rvr, 'extension-probe', xlen)
    const random = randomSource(11)
    const script = new ProbeScript()
    const values = moduli.flatMap(({ p, bytes }, index) =>
      [0n, 1n, 4n, fromLittleEndian(bytesOf(random, bytes)), fromLittleEndian(bytesOf(random, bytes))].map(value => ({
        index,
        p,
        bytes,
        value,
      })),
    )
    for (const { index, bytes, value } of values) {
      script.poke(ARENAS + 1, littleEndian(value, bytes))
      script.run(operation(1, 0, index * 8 + 6), { rd: 0n, rs1: 0n, rs2: 0n }).hints(bytes, xlen)
      script
        .run(operation(1, 0, index * 8 + 7), { rd: 0n, rs1: BigInt(ARENAS + 1), rs2: 0n })
        .hints(width + bytes, xlen)
    }
    const revealed = await runModes(guest, script.finish(xlen), ({ run }) => run.publicValues, inModes, held)
    let at = 0
    const take = (length: number): bigint => fromLittleEndian(revealed.subarray(at, (at += length)))
    for (const { p, bytes, value } of values) {
      expect(take(width)).toBe(0n)
      const nonResidue = take(bytes)
      expect(power(nonResidue, (p - 1n) / 2n, p)).toBe(p - 1n)
      expect(take(width)).toBe(0n)
      const exists = take(width)
      const root = take(bytes)
      expect(root).toBeLessThan(p)
      expect(exists).toBe(power(value, (p - 1n) / 2n, p) <= 1n ? 1n : 0n)
      expect((root * root) % p).toBe(residue(value * (exists === 1n ? 1n : nonResidue), p))
    }
    expect(at).toBe(revealed.length)
  })

  testTraps(holder, xlen, inModes.at(-1)!)
})

test('an instruction of an extension that is not configured ends the guest', async () => {
  const guest = await quick.rvr.load(fixture('extension-probe', 64), { config: { app_vm_config: { keccak: {} } } })
  const script = new ProbeScript()
    .run(operation(0, 4, 0), { rd: BigInt(ARENAS), rs1: 0n, rs2: 0n })
    .run(operation(1, 0, 0), { rd: BigInt(ARENAS), rs1: 0n, rs2: 0n })
  const facts = await runModes(guest, script.finish(64), ({ run }) => [run.outcome, run.exitCode], ['pure'])
  expect(facts).toEqual(['terminated', 2])
})
