/** Puts a guest's initial contents into its memory. */
import type { Image } from '../elf/image.ts'

/**
 * Copies every PT_LOAD segment to its place. `memory` is guest memory, from its base on, and all zero before; the
 * bytes beyond p_filesz stay zero.
 */
export function loadImage(image: Image, memory: Uint8Array): void {
  for (const { address, bytes } of image.segments) memory.set(bytes, address - image.memory.base)
}
