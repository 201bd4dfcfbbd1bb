/** What of guest memory is not zero when a guest is loaded. */
import type { Image } from '../../elf/image.ts'
import type { LeafBytes } from '../../layout/meter.ts'

const known = new WeakMap<Image, Map<LeafBytes, Uint32Array>>()

/** Leaves of the initial image that hold a byte other than zero; looked for once. */
export function imageLeaves(image: Image, leafBytes: LeafBytes): Uint32Array {
  let bySize = known.get(image)
  if (bySize === undefined) known.set(image, (bySize = new Map()))
  let leaves = bySize.get(leafBytes)
  if (leaves === undefined) bySize.set(leafBytes, (leaves = Uint32Array.from(leavesOf(image, leafBytes))))
  return leaves
}

function* leavesOf(image: Image, leafBytes: LeafBytes): Generator<number> {
  for (const { address, bytes } of image.segments) {
    let done = -1
    for (let at = 0; at < bytes.length;) {
      const leaf = Math.floor((address + at) / leafBytes)
      if (bytes[at] !== 0 && leaf !== done) {
        yield leaf
        done = leaf
      }
      at = bytes[at] !== 0 ? (leaf + 1) * leafBytes - address : at + 1
    }
  }
}
