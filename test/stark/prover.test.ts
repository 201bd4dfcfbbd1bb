/** The prover makes the proofs that the slow one makes, and the published ones, byte by byte, however it works. */
import { describe, expect, test } from 'vitest'
import { parseArchive } from '../../src/archive/read.ts'
import { tablesIn } from '../../src/archive/tables.ts'
import { ProverContext } from '../../src/load/proving/context.ts'
import { FixedTree } from '../../src/load/proving/fixed-tree.ts'
import { PROGRESS_WORDS, progressOf, type ProvingWork } from '../../src/load/proving/work.ts'
import type { ProverLibrary } from '../../src/load/stark-prover.ts'
import { keyFacts } from '../../src/stark/key-facts.ts'
import { vector } from '../archive/samples.ts'
import { smallSystems } from '../archive/small-systems.ts'
import { compilers } from './compiled.ts'
import { givenBytes, isGiven } from './given.ts'
import { ALL_OF_THE_CPU } from './kernels.ts'
import { proverLibrary } from './prover-library.ts'
import { smallProof } from './small-system.ts'

const maxBytes = 2 ** 30
const usual: ProvingWork = { threads: 1, maxBytes }
const ways: readonly ProvingWork[] = [
  usual,
  { ...usual, threads: 3 },
  { ...usual, threads: 4, without: ALL_OF_THE_CPU },
  { ...usual, without: ALL_OF_THE_CPU },
]
const libraries = compilers.map(compiler => ({ compiler, library: proverLibrary(compiler) }))

/** The proof of a system's tables under its key. */
async function proofOf(
  library: ProverLibrary,
  name: string,
  work: ProvingWork,
  file = givenBytes,
): Promise<Uint8Array> {
  const key = file(`${name}.vkey`)!
  const { airs, trees, parameters } = keyFacts(await parseArchive(key, { file: name, content: 'vkey' }))
  const traces = file(`${name.split('.')[0]!}.traces`)!
  const { tables, publics } = tablesIn(await parseArchive(traces, { file: name, content: 'traces' }))
  const given = tables.map(({ air, isFixed, height, width, cells }) => {
    return { air, isFixed, width, cells, stride: width, logHeight: Math.log2(height) }
  })
  const { logBlowUp } = parameters
  const fixed: FixedTree[] = []
  for (let tree = 0; tree < trees; tree++) {
    const inTree = given.filter(({ air, isFixed }) => isFixed && airs[air]!.tree === tree)
    fixed.push(await FixedTree.commit(library, { logBlowUp, tables: inTree }, work))
  }
  using context = new ProverContext(library, key, fixed)
  const proof = await context.prove({ tables: given.filter(({ isFixed }) => !isFixed), publics }, work)
  for (const each of fixed) each[Symbol.dispose]()
  return proof
}

describe.each(libraries)('proofs of small systems, by $compiler', ({ library }) => {
  test.each(Object.keys(smallSystems))('%s', async system => {
    const name = `${system}.test`
    const wanted = Buffer.from(vector(`${name}.proof`))
    for (const work of ways)
      expect(wanted.equals(await proofOf(library, name, work, vector)), JSON.stringify(work)).toBe(true)
  })
})

describe.runIf(isGiven).each(libraries)('the published proofs, by $compiler', ({ library }) => {
  const sets = ['test', 'fast', 'default', 'small']
  test.each([...sets.map(set => `fib.${set}`), ...sets.map(set => `lookup.${set}`), 'five.test'])('%s', async name => {
    const wanted = Buffer.from(givenBytes(`${name}.proof`)!)
    for (const work of ways) expect(wanted.equals(await proofOf(library, name, work)), JSON.stringify(work)).toBe(true)
  })
})

describe('a larger system', () => {
  const { library } = libraries[0]!
  const proofs = new Map<string, Buffer>()

  test.each([5, 12])('2^%i rows: the prover fills derived columns itself, and the same way by all', async logHeight => {
    for (const { library: each } of libraries) {
      for (const work of ways) {
        const small = await smallProof(each, { logHeight, set: 'fast' }, work)
        using tree = small.tree
        using context = new ProverContext(each, small.key, [tree])
        const publics = new Uint32Array()
        for (const tables of [small.whole, small.derived]) {
          const proof = Buffer.from(await context.prove({ tables, publics }, work))
          const before = proofs.get(`${logHeight}`) ?? proof
          proofs.set(`${logHeight}`, before)
          expect(before.equals(proof)).toBe(true)
        }
      }
    }
  })

  test('memory is refused before it is taken, and work that is given up ends', async () => {
    const small = await smallProof(library, { logHeight: 12, set: 'test' }, usual)
    using tree = small.tree
    using context = new ProverContext(library, small.key, [tree])
    const request = { tables: small.whole, publics: new Uint32Array() }
    const { bytes, proofBytes } = await context.needs(small.whole, 1)
    await expect(context.prove(request, { ...usual, maxBytes: bytes - 1 })).rejects.toMatchObject({
      code: 'USAGE',
      details: { bytes, limit: bytes - 1 },
    })
    const progress = new BigUint64Array(PROGRESS_WORDS)
    const proof = await context.prove(request, { ...usual, maxBytes: bytes, progress })
    expect(proof.length).toBe(proofBytes)
    expect(progressOf(progress)).toEqual({ stage: 'queries', done: 1 })
    const controller = new AbortController()
    const given = context.prove(request, { ...usual, signal: controller.signal })
    controller.abort()
    await expect(given).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('tables that are none of the key are refused', async () => {
    const small = await smallProof(library, { logHeight: 5, set: 'test' }, usual)
    using tree = small.tree
    const publics = new Uint32Array()
    using context = new ProverContext(library, small.key, [tree])
    const [user, table] = small.whole
    const missing = context.prove({ tables: [user!], publics }, usual)
    await expect(missing).rejects.toMatchObject({ code: 'UNPROVABLE', details: { reason: 'height' } })
    const short = { ...user!, cells: user!.cells.subarray(1) }
    await expect(context.prove({ tables: [short, table!], publics }, usual)).rejects.toMatchObject({ code: 'INTERNAL' })
    const others = await FixedTree.commit(library, { logBlowUp: 1, tables: [{ ...table!, width: 1 }] }, usual)
    using other = new ProverContext(library, small.key, [others])
    await expect(other.prove({ tables: small.whole, publics }, usual)).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(() => new ProverContext(library, small.key.subarray(64), [tree])).toThrow('refuses the key')
  })
})
