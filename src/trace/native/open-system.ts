/** Binds the C of a machine's own tables, and makes sure that its hash is that of the machine's AIR. */
import type { AirSet } from '../../air/air.ts'
import { P } from '../../air/field.ts'
import { RvrError } from '../../errors.ts'
import { airsOf } from '../system/airs.ts'
import { HASH_LENGTH, RowHasher } from '../system/hash.ts'
import type { NativeFunctions } from '../../load/native-functions.ts'
import { bindSystem, type SystemLibrary } from './system-library.ts'

/** Spread over the field, and the same everywhere. */
const INPUTS = Uint32Array.from({ length: 4 * HASH_LENGTH }, (_, k) =>
  Number((0x9e3779b97f4a7c15n * BigInt(k)) % BigInt(P)),
)

/** @throws RvrError `MACHINE_INVALID` where the AIR's constraints make other rows than the C does */
export function openSystem(functions: NativeFunctions, set: AirSet): SystemLibrary {
  const { hash, hashBus } = airsOf(set)
  const library = bindSystem(functions)
  const hasher = new RowHasher(hash, hashBus)
  const counts = new Uint32Array(2)
  const width = hash.columns.length
  const rows = new Uint32Array(counts.length * width)
  library.rvr_hash_rows(INPUTS, counts, counts.length, rows)
  for (const at of counts.keys()) {
    const wanted = hasher.row(INPUTS.subarray(2 * HASH_LENGTH * at, 2 * HASH_LENGTH * (at + 1)))
    const differs = hash.columns.findIndex(
      (name, column) => name !== 'mark' && rows[at * width + column] !== wanted[column],
    )
    if (differs === -1) continue
    throw new RvrError('MACHINE_INVALID', `${hash.name} is another hash than the Poseidon2 of native traces`, {
      details: { air: hash.name, column: hash.columns[differs] },
    })
  }
  return library
}
