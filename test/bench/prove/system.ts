/** The table of 63 columns without lookups that plonky3/src/main.rs proves too, and tables like it. */
import { encodeArchive } from '../../../src/archive/write.ts'
import { ProverContext } from '../../../src/load/proving/context.ts'
import type { ProverLibrary } from '../../../src/load/stark-prover.ts'
import { flatSystem } from '../../../src/stark/flat-system.ts'
import { keyContent } from '../../../src/stark/key.ts'
import { sets, type ProofSet } from '../../../src/stark/parameters.ts'

const P = 2013265921

export interface Shape {
  readonly logRows: number
  /** Each triple is three columns. */
  readonly triples: number
  readonly set: ProofSet
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** (a, b, c): a·a·b = c, the next row's a is c + b, and the first row's is the triple's number. */
function system(triples: number): unknown {
  const constraints = range(triples).flatMap(triple => {
    const [a, b, c, next] = [
      ['m', 3 * triple],
      ['m', 3 * triple + 1],
      ['m', 3 * triple + 2],
      ['m', 3 * triple, 1],
    ]
    return [
      ['-', ['*', ['*', a, a], b], c],
      ['*', ['first'], ['-', a, triple]],
      ['*', ['trans'], ['-', ['+', c, b], next]],
    ]
  })
  return { format: 'rvr-airs/1', buses: [], airs: [{ name: 'triples', main: 3 * triples, constraints }] }
}

/** a·b mod p without numbers above 2^53. */
function times(a: number, b: number): number {
  const high = Math.floor(a / 65536)
  return (((((high * b) % P) * 65536) % P) + (a % 65536) * b) % P
}

function cellsOf({ logRows, triples }: Shape): Uint32Array {
  const rows = 2 ** logRows
  const width = 3 * triples
  const cells = new Uint32Array(rows * width)
  let state = 1
  for (let row = 0; row < rows; row++)
    for (let triple = 0; triple < triples; triple++) {
      const at = row * width + 3 * triple
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      const a = row === 0 ? triple : (cells[at - width + 1]! + cells[at - width + 2]!) % P
      const b = (state >>> 2) % P
      cells[at] = a
      cells[at + 1] = b
      cells[at + 2] = times(times(a, a), b)
    }
  return cells
}

/** What proves the table again and again. */
export async function triplesProver(
  library: ProverLibrary,
  shape: Shape,
): Promise<(threads: number) => Promise<Uint8Array>> {
  const content = keyContent({
    system: flatSystem(system(shape.triples)),
    parameters: sets[shape.set],
    fixedLogHeights: new Map(),
    roots: [],
  })
  const context = new ProverContext(library, await encodeArchive(content), [])
  const table = { air: 0, cells: cellsOf(shape), stride: 3 * shape.triples, logHeight: shape.logRows }
  const request = { tables: [table], publics: new Uint32Array() }
  return threads => context.prove(request, { threads, maxBytes: 2 ** 40 })
}
