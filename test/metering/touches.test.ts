/** Native code marks exactly the leaves that a block touches, wherever its bases lie, with every compiler. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { defaultMachine, Rvr, type LoadOptions } from '../../src/index.ts'
import { expectSame, widths } from '../run/support.ts'
import { sample } from '../support/exhaustive.ts'
import { accessProgram, block, randomAccesses, type Access, type Width } from './access-guest.ts'
import { expectPieces, floorLimits, piecesOf, plainPieces, trace, type Limits } from './support.ts'

const compilers = [undefined, 'gcc'] as const
const rvrs: Rvr[] = []
beforeAll(async () => {
  for (const cc of compilers) rvrs.push(await Rvr.create({ cacheDir: inject('sharedCache'), ...(cc && { cc }) }))
})
afterAll(async () => {
  for (const rvr of rvrs) await rvr.dispose()
})

/** Runs a guest everywhere and compares its segments with the plain model's. `among`: places of the compilers. */
async function agree(
  elf: Uint8Array,
  among: readonly number[],
  limitsFor: (floor: Limits) => readonly Limits[],
  options: LoadOptions = {},
): Promise<void> {
  const guest = await rvrs[0]!.load(elf, options)
  const artifacts = await Promise.all(
    among.map(async index => (await rvrs[index]!.load(elf, options)).compile('metered')),
  )
  const traced = trace(guest)
  expect(traced.outcome).toBe('terminated')
  for (const limits of [{}, ...limitsFor(floorLimits(guest, traced))]) {
    using reference = await guest.interpret('metered').execute({ segmentLimits: limits })
    const wanted = plainPieces(guest, traced, limits)
    expectPieces(piecesOf(reference), wanted, guest, `interpreter, ${JSON.stringify(limits)}`)
    for (const [index, artifact] of artifacts.entries()) {
      using run = await artifact.execute({ segmentLimits: limits })
      expectPieces(
        piecesOf(run),
        wanted,
        guest,
        `${compilers[among[index]!] ?? 'default compiler'}, ${JSON.stringify(limits)}`,
      )
      expectSame(run, reference)
    }
  }
}

describe.each(widths)('RV%i', xlen => {
  test.each(sample([1, 3], xlen / 32))('random blocks, seed %i', async seed => {
    await agree(randomAccesses(xlen, seed * 100 + xlen, 60), [0, 1], floor => [
      { maxTraceHeight: 1024 },
      { maxInteractions: floor.maxInteractions! + 60_000 },
    ])
  })
})

// What a machine file does not say, and what it may say of either width.
test.each([
  [32, {}, 0],
  [64, { leafBytes: 8 }, 1],
  [64, { leafBytes: 8, rowsPerLeaf: 2 }, 0],
  [32, { rowsPerLeaf: 2 }, 1],
] as const)('random blocks of RV%i, leaves of another shape: %j', async (xlen, shape, compiler) => {
  const shipped = defaultMachine(xlen)
  const { leafBytes: _bytes, rowsPerLeaf: _rows, ...memory } = shipped.memory
  const machine = { ...shipped, memory: { ...memory, ...shape } }
  const elf = randomAccesses(xlen, 900 + xlen, 25)
  await agree(elf, [compiler], () => [{ maxTraceHeight: 1024 }], { machine })
})

/** Bases whose value the compiler knows, so that nothing checks the accesses, and bases that it does not. */
describe.each([false, true])('edges (base hidden: %s)', hidden => {
  // The compilers share them.
  let turn = hidden ? 1 : 0
  const accesses = (
    base: Access['base'],
    address: number,
    list: readonly (readonly [offset: number, width: Width])[],
  ): Promise<void> =>
    agree(
      accessProgram(64, code =>
        block(
          code,
          { [base]: address },
          list.map(([offset, width]) => ({ base, offset, width })),
          hidden,
        ),
      ),
      sample([0, 1], turn++),
      () => [],
    )
  const doubles = (...offsets: number[]): [number, Width][] => offsets.map(offset => [offset, 8])

  test('an unaligned access that reaches out of sixteen bytes, between accesses that do not', () =>
    accesses('s0', 0x500000, [
      [0, 1],
      [9, 8],
      [10, 1],
    ]))
  test.each([3, 7])('a window of leaves around a base at address %i', base =>
    accesses('s0', base, [[-base, 1], ...doubles(8, 16, 24, 32, 40)]),
  )
  test('the stack pointer at a low address', () => accesses('sp', 5, [[-5, 1], ...doubles(16, 32, 48)]))
  test('the last bytes of memory', () => accesses('s0', 2 ** 29 - 64, doubles(0, 8, 16, 24, 32, 40, 48, 56)))
  test('the last bytes of memory, unaligned', () => accesses('s0', 2 ** 29 - 63, doubles(0, 8, 16, 24, 32, 40, 48, 55)))
})
