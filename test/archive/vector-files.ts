/** The files in `vectors`: traces, key and proof of each small system. Run by itself, this writes them anew. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readKey } from '../stark/slow/key.ts'
import { TRACES, writeArchive } from '../stark/slow/archive.ts'
import { wordBytes } from '../stark/slow/hash.ts'
import { prove, type Witness } from '../stark/slow/prove.ts'
import { keyOf, SETS } from '../stark/slow/system.ts'
import { smallSystems } from './small-systems.ts'

function tracesOf({ main, fixed, publics }: Witness): Uint8Array {
  const tables = main.flatMap((rows, air) =>
    [fixed[air], rows].flatMap((cells, kind) => (cells === undefined ? [] : [{ air, kind, cells }])),
  )
  const entries = tables.map(({ air, kind, cells }) => [air, kind, Math.log2(cells.length), cells[0]!.length])
  const cells = tables.flatMap(each => each.cells.flat())
  return writeArchive(
    TRACES,
    [entries.flat(), cells, publics].map(words => wordBytes(words)),
  )
}

/** By name. */
export function vectorFiles(): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (const [name, { system, witness }] of Object.entries(smallSystems)) {
    const key = keyOf(system, witness.fixed, SETS.test)
    files.set(`${name}.traces`, tracesOf(witness))
    files.set(`${name}.test.vkey`, key)
    files.set(`${name}.test.proof`, prove(readKey(key), witness))
  }
  return files
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, bytes] of vectorFiles()) writeFileSync(new URL(`vectors/${name}`, import.meta.url), bytes)
