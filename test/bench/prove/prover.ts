/** Proves the tables of a system again and again. */
import { encodeArchive } from '../../../src/archive/write.ts'
import { ProverContext } from '../../../src/load/proving/context.ts'
import { FixedTree } from '../../../src/load/proving/fixed-tree.ts'
import type { ProverLibrary } from '../../../src/load/stark-prover.ts'
import { flatSystem } from '../../../src/stark/flat-system.ts'
import { keyContent } from '../../../src/stark/key.ts'
import { sets, type ProofSet } from '../../../src/stark/parameters.ts'
import type { BenchSystem } from './system.ts'

export interface SystemProver {
  readonly key: Uint8Array
  prove(threads: number): Promise<Uint8Array>
}

const maxBytes = 2 ** 40

export async function proverOf(
  library: ProverLibrary,
  { airs, main, fixed }: BenchSystem,
  set: ProofSet,
): Promise<SystemProver> {
  const [system, parameters] = [flatSystem(airs), sets[set]]
  const tables = main.map(({ cells, width, logRows }, air) => ({ air, cells, stride: width, logHeight: logRows }))
  const fixedTables = fixed.map(({ cells, width, logRows }, index) => {
    return { air: main.length - fixed.length + index, cells, stride: width, width, logHeight: logRows }
  })
  const { logBlowUp } = parameters
  const trees =
    fixed.length === 0
      ? []
      : [await FixedTree.commit(library, { logBlowUp, tables: fixedTables }, { threads: 1, maxBytes })]
  const content = keyContent({
    system,
    parameters,
    fixedLogHeights: new Map(fixedTables.map(({ air, logHeight }) => [air, logHeight])),
    roots: trees.map(({ root }) => new Uint32Array(root.slice().buffer)),
  })
  const key = await encodeArchive(content)
  const context = new ProverContext(library, key, trees)
  const request = { tables, publics: new Uint32Array() }
  return { key, prove: threads => context.prove(request, { threads, maxBytes }) }
}
