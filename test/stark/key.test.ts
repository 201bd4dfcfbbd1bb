/** Keys of small systems: those that were made from the same text elsewhere, byte for byte. */
import { expect, test } from 'vitest'
import { readArchive } from '../../src/archive/read.ts'
import { tablesIn } from '../../src/archive/tables.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { flatSystem } from '../../src/stark/flat-system.ts'
import { keyContent } from '../../src/stark/key.ts'
import { sets, type ProofSet } from '../../src/stark/parameters.ts'
import { slowRoot } from './commit.ts'
import { givenBytes, isGiven, systemJson } from './given.ts'

const systems: readonly [string, readonly ProofSet[]][] = [
  ['fib', ['test', 'fast', 'default', 'small']],
  ['lookup', ['test', 'fast', 'default', 'small']],
  ['five', ['test']],
]

for (const [name, known] of systems)
  test.skipIf(!isGiven)(`the keys of ${name} are those that others have made`, async () => {
    const { tables } = tablesIn(await readArchive(givenBytes(`${name}.traces`)!, { content: 'traces' }))
    const fixed = tables.filter(({ isFixed }) => isFixed)
    const system = flatSystem(systemJson(name))
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
      expect(Buffer.from(made).equals(givenBytes(`${name}.${set}.vkey`)!), set).toBe(true)
    }
  })

test.skipIf(!isGiven)('a fixed table may not be higher than tables of its AIR', () => {
  const system = flatSystem(systemJson('lookup'))
  const inputs = { system, parameters: sets.test, roots: [new Uint32Array(8)] }
  for (const height of [23, -1, NaN])
    expect(() => keyContent({ ...inputs, fixedLogHeights: new Map([[1, height]]) })).toThrow(
      expect.objectContaining({ code: 'MACHINE_INVALID' }) as Error,
    )
})
