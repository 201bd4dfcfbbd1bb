/** Keys of small systems: those that the slow key builder and others have made, byte for byte. */
import { expect, test } from 'vitest'
import { readArchive } from '../../src/archive/read.ts'
import { tablesIn } from '../../src/archive/tables.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { flatSystem } from '../../src/stark/flat-system.ts'
import { keyContent } from '../../src/stark/key.ts'
import { sets, type ProofSet } from '../../src/stark/parameters.ts'
import { vector } from '../archive/samples.ts'
import { smallSystems } from '../archive/small-systems.ts'
import { slowRoot } from './commit.ts'
import { givenBytes, isGiven, systemJson } from './given.ts'

const systems: readonly [string, readonly ProofSet[]][] = [
  ['fib', ['test', 'fast', 'default', 'small']],
  ['lookup', ['test', 'fast', 'default', 'small']],
  ['five', ['test']],
]

interface Known {
  readonly name: string
  readonly json: unknown
  readonly sets: readonly ProofSet[]
  readonly file: (name: string) => Uint8Array
}

async function expectKeys({ name, json, sets: known, file }: Known): Promise<void> {
  const { tables } = tablesIn(await readArchive(file(`${name}.traces`), { content: 'traces' }))
  const fixed = tables.filter(({ isFixed }) => isFixed)
  const system = flatSystem(json)
  for (const set of known) {
    const parameters = sets[set]
    const roots = Array.from({ length: system.trees }, (_, tree) =>
      slowRoot(
        fixed.filter(({ air }) => system.airs[air]!.tree === tree),
        parameters.logBlowUp,
      ),
    )
    const fixedLogHeights = new Map(fixed.map(({ air, height }) => [air, Math.log2(height)]))
    const made = await encodeArchive(keyContent({ system, parameters, fixedLogHeights, roots }))
    expect(Buffer.from(made).equals(file(`${name}.${set}.vkey`)), set).toBe(true)
  }
}

for (const [name, { system }] of Object.entries(smallSystems))
  test(`the key of ${name}`, () => expectKeys({ name, json: system, sets: ['test'], file: vector }))

for (const [name, known] of systems)
  test.skipIf(!isGiven)(`the keys of ${name} are those that others have made`, () =>
    expectKeys({ name, json: systemJson(name), sets: known, file: each => givenBytes(each)! }),
  )

test.skipIf(!isGiven)('a fixed table may not be higher than tables of its AIR', () => {
  const system = flatSystem(systemJson('lookup'))
  const inputs = { system, parameters: sets.test, roots: [new Uint32Array(8)] }
  for (const height of [23, -1, NaN])
    expect(() => keyContent({ ...inputs, fixedLogHeights: new Map([[1, height]]) })).toThrow(
      expect.objectContaining({ code: 'MACHINE_INVALID' }) as Error,
    )
})
