/** Where the runs of a guest begin: with the memory that its file makes. */
import type { AirSet } from '../air/air.ts'
import { P } from '../air/field.ts'
import { MEMORY_BYTES, type Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { checkMachineMemory } from '../machine/memory.ts'
import type { AbiName, GuestAbi } from '../extensions/abi.ts'
import { loadImage } from '../interp/memory.ts'
import { beside } from '../load/native-functions.ts'
import type { ProverLibrary } from '../load/stark-prover.ts'
import { createHart } from '../program/hart.ts'
import { memoryLayout } from '../trace/layout.ts'
import { airsOf } from '../trace/system/airs.ts'
import { HASH_LENGTH, RowHasher } from '../trace/system/hash.ts'
import { registerBytes } from '../trace/system/initial-leaves.ts'

/** Of memory behind the image: a whole leaf of the tree at least. */
const BEHIND_BYTES = 4096
/** Its guests find registers and memory as their file makes them. */
const PROVABLE_ABI: AbiName = 'openvm'

/** Numbers spread over the field. */
const INPUTS = Uint32Array.from({ length: 2 * HASH_LENGTH }, (_, k) =>
  Number((0x9e3779b97f4a7c15n * BigInt(k + 1)) % BigInt(P)),
)

/** What hashes memory in C. */
export type MemoryHashing = Pick<ProverLibrary, 'rvr_prover_memory_hash' | 'rvr_prover_memory_root'>

/** Is it the hash of the machine's own AIR? @throws RvrError `MACHINE_INVALID` */
function checkHash(set: AirSet, { rvr_prover_memory_hash: native }: MemoryHashing): void {
  const { hash, hashBus } = airsOf(set)
  const [left, right] = [INPUTS.subarray(0, HASH_LENGTH), INPUTS.subarray(HASH_LENGTH)]
  const found = new Uint32Array(HASH_LENGTH)
  native(left, right, found)
  const wanted = new RowHasher(hash, hashBus).compress(left, right)
  if (found.some((word, index) => word !== wanted[index]))
    throw new RvrError('MACHINE_INVALID', `${hash.name} is another hash than the Poseidon2 that proofs know`, {
      details: { air: hash.name },
    })
}

/**
 * The root of the memory that a guest begins with, whatever its inputs are: eight field elements. It is hashed on
 * another thread.
 *
 * @throws RvrError `UNPROVABLE`: guests of ABI `linux` find their arguments in memory; `MACHINE_INVALID`
 */
export async function initialRoot(
  set: AirSet,
  { image, abi }: { readonly image: Image; readonly abi: GuestAbi },
  library: MemoryHashing,
): Promise<Uint32Array> {
  checkMachineMemory(image, 'a proof')
  if (abi.name !== PROVABLE_ABI)
    throw new RvrError('UNPROVABLE', `guests of ABI ${abi.name} cannot be proved: how they begin depends on the run`, {
      hint: `Build the guest for ABI ${PROVABLE_ABI}.`,
      details: { reason: 'abi', abi: abi.name },
    })
  checkHash(set, library)
  const options = { inputs: [] }
  const hart = createHart(image.xlen, new Uint8Array(Math.min(MEMORY_BYTES, image.end + BEHIND_BYTES)))
  abi.start(image, hart, options)
  loadImage(image, hart.memory)
  const spaces = [
    registerBytes(hart.x, memoryLayout(image.xlen)),
    hart.memory,
    abi.host.publicValues(abi.host.create(image, options)),
  ]
  const root = new Uint32Array(HASH_LENGTH)
  await beside(library.rvr_prover_memory_root, [image.xlen, ...spaces.flatMap(each => [each, each.length]), root])
  return root
}
