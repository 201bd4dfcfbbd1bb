/** What is checked: native code of a guest. */
import type { Image } from '../../elf/image.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import type { Artifact } from '../artifact.ts'

export interface Checked {
  readonly image: Image
  readonly abi: GuestAbi
  readonly artifact: Artifact
}
