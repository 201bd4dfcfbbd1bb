/** Keys of small systems: those that were made from the same text elsewhere, byte for byte. */
import { expect, test } from 'vitest'
import { readArchive } from '../../src/archive/read.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { flatSystem } from '../../src/stark/flat-system.ts'
import { keyContent } from '../../src/stark/key.ts'
import { sets, type ProofSet } from '../../src/stark/parameters.ts'
import { givenBytes, isGiven, systemJson } from './given.ts'

/** Heights of fixed tables are those of the traces, roots are taken from the key. */
const systems: readonly [string, readonly ProofSet[], [number, number][]][] = [
  ['fib', ['test', 'fast', 'default', 'small'], []],
  ['lookup', ['test', 'fast', 'default', 'small'], [[1, 4]]],
  [
    'five',
    ['test'],
    [
      [3, 6],
      [4, 3],
    ],
  ],
]

for (const [name, known, fixed] of systems)
  test.skipIf(!isGiven)(`the keys of ${name} are those that others have made`, async () => {
    for (const set of known) {
      const wanted = givenBytes(`${name}.${set}.vkey`)!
      const roots = (await readArchive(wanted, { content: 'vkey' })).words(0x207)
      const content = keyContent({
        system: flatSystem(systemJson(name)),
        parameters: sets[set],
        fixedLogHeights: new Map(fixed),
        roots: Array.from({ length: roots.length / 8 }, (_, tree) => roots.slice(8 * tree, 8 * tree + 8)),
      })
      expect(Buffer.from(await encodeArchive(content)).equals(wanted), set).toBe(true)
    }
  })
