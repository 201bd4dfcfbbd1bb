/** A system of two AIRs of any height, whose tables are made here: with a message whose field is of degree 3. */
import { encodeArchive } from '../../src/archive/write.ts'
import { FixedTree } from '../../src/load/proving/fixed-tree.ts'
import type { FixedColumns, MainTable } from '../../src/load/proving/tables.ts'
import type { ProvingWork } from '../../src/load/proving/work.ts'
import type { ProverLibrary } from '../../src/load/stark-prover.ts'
import { flatSystem } from '../../src/stark/flat-system.ts'
import { keyContent } from '../../src/stark/key.ts'
import { sets, type ProofSet } from '../../src/stark/parameters.ts'

const P = 2013265921

const x = ['m', 'x']
const product = ['*', ['*', x, x], ['m', 'on']]

/** `derived` is x·x·on; the table has all values that x·x·on takes, so that they are asked for as often as they are there. */
export const smallSystem = {
  format: 'rvr-airs/1',
  buses: ['squares'],
  airs: [
    {
      name: 'user',
      main: ['x', 'on', 'next', 'derived'],
      constraints: [
        ['*', ['m', 'on'], ['-', ['m', 'on'], 1]],
        ['*', ['trans'], ['-', ['m', 'x', 1], ['m', 'next']]],
        ['-', ['m', 'derived'], product],
      ],
      interactions: [{ bus: 'squares', dir: 'send', count: ['m', 'on'], fields: [['m', 'derived'], 7] }],
    },
    {
      name: 'squares',
      fixed: ['square'],
      main: ['count'],
      interactions: [
        { bus: 'squares', dir: 'receive', weight: 0, count: ['m', 'count'], fields: [['p', 'square'], 7] },
      ],
    },
  ],
}

/** Values that x takes. */
const VALUES = 16

export interface SmallProof {
  readonly key: Uint8Array
  readonly tree: FixedTree
  /** With the derived column in the cells; without, the prover makes it. */
  readonly whole: readonly MainTable[]
  readonly derived: readonly MainTable[]
}

export async function smallProof(
  library: ProverLibrary,
  { logHeight, set }: { readonly logHeight: number; readonly set: ProofSet },
  work: ProvingWork,
): Promise<SmallProof> {
  const rows = 2 ** logHeight
  const cells = new Uint32Array(rows * 4)
  const counts = new Uint32Array(VALUES)
  const valueAt = (row: number): number => (row * 2654435761) % VALUES
  for (let row = 0; row < rows; row++) {
    const value = valueAt(row)
    const on = row % 3 === 0 ? 0 : 1
    cells.set([value, on, valueAt(row + 1), value * value * on], row * 4)
    if (on === 1) counts[value]! += 1
  }
  const squares = Uint32Array.from({ length: VALUES }, (_, value) => (value * value) % P)
  const fixed: FixedColumns = { cells: squares, stride: 1, width: 1, logHeight: Math.log2(VALUES) }
  const parameters = sets[set]
  const tree = await FixedTree.commit(library, { logBlowUp: parameters.logBlowUp, tables: [fixed] }, work)
  const system = flatSystem(smallSystem)
  const roots = [new Uint32Array(tree.root.buffer)]
  const content = keyContent({ system, parameters, fixedLogHeights: new Map([[1, fixed.logHeight]]), roots })
  const { nodes, constraints } = system.airs[0]!
  const node = nodes[constraints.at(-1)!]!.b
  const user = { air: 0, cells, stride: 4, logHeight }
  const table = { air: 1, cells: counts, stride: 1, logHeight: fixed.logHeight }
  const own = Uint32Array.of(0, 1, 2)
  return {
    key: await encodeArchive(content),
    tree,
    whole: [user, table],
    derived: [{ ...user, columns: own, derived: [{ column: 3, node }] }, table],
  }
}
