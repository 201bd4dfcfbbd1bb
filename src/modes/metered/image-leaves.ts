/** What of guest memory is not zero when a guest is loaded. */
import type { Image } from '../../elf/image.ts'
import { LEAF_BYTES } from '../../layout/meter.ts'

const known = new WeakMap<Image, Uint32Array>()

/** Leaves of the initial image that hold a byte other than zero; looked for once. */
export function imageLeaves(image: Image): Uint32Array {
  let leaves = known.get(image)
  if (leaves === undefined) known.set(image, (leaves = Uint32Array.from(leavesOf(image))))
  return leaves
}

function* leavesOf(image: Image): Generator<number> {
  for (const { address, bytes } of image.segments) {
    let done = -1
    for (let at = 0; at < bytes.length;) {
      const leaf = Math.floor((address + at) / LEAF_BYTES)
      if (bytes[at] !== 0 && leaf !== done) {
        yield leaf
        done = leaf
      }
      at = bytes[at] !== 0 ? (leaf + 1) * LEAF_BYTES - address : at + 1
    }
  }
}
