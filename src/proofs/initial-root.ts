/** Where the runs of a guest begin: with the memory that its file makes. */
import { MEMORY_BYTES, type Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { AbiName, GuestAbi } from '../extensions/abi.ts'
import { loadImage } from '../interp/memory.ts'
import { createHart } from '../program/hart.ts'
import { memoryLayout } from '../trace/layout.ts'
import { airsOf } from '../trace/system/airs.ts'
import { RowHasher } from '../trace/system/hash.ts'
import { initialLeaves } from '../trace/system/initial-leaves.ts'
import { MemoryTree } from '../trace/system/tree.ts'
import type { AirSet } from '../air/air.ts'

/** Of memory behind the image: a whole leaf of the tree at least. */
const BEHIND_BYTES = 4096
/** Its guests find registers and memory as their file makes them. */
const PROVABLE_ABI: AbiName = 'openvm'

/**
 * The root of the memory that a guest begins with, whatever its inputs are: eight field elements.
 *
 * @throws RvrError `UNPROVABLE`: guests of ABI `linux` find their arguments in memory
 */
export function initialRoot(set: AirSet, { image, abi }: { readonly image: Image; readonly abi: GuestAbi }): number[] {
  if (abi.name !== PROVABLE_ABI)
    throw new RvrError('UNPROVABLE', `guests of ABI ${abi.name} cannot be proved: how they begin depends on the run`, {
      hint: `Build the guest for ABI ${PROVABLE_ABI}.`,
      details: { reason: 'abi', abi: abi.name },
    })
  const options = { inputs: [] }
  const hart = createHart(image.xlen, new Uint8Array(Math.min(MEMORY_BYTES, image.end + BEHIND_BYTES)))
  abi.start(image, hart, options)
  loadImage(image, hart.memory)
  const { hash, hashBus } = airsOf(set)
  const layout = memoryLayout(image.xlen)
  const tree = new MemoryTree(new RowHasher(hash, hashBus), layout)
  const host = abi.host.create(image, options)
  tree.update(initialLeaves({ image, abi, hart, host, instret: 0 }, layout, tree))
  return [...tree.root]
}
