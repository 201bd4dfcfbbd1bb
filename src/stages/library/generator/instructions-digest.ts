/** Digest of what code generation knows of an ABI: its instructions, and the C that comes along with them. */
import type { GuestAbi } from '../../../extensions/abi.ts'
import { digestBytes } from '../../../store/digest.ts'

/**
 * Unlike the ABI's own digest it leaves out files beside the project: make sees these as they are when it compiles, and
 * the keys tell of that.
 */
export const instructionsDigest = ({ extensions }: GuestAbi): string =>
  digestBytes(JSON.stringify(extensions.map(({ name, rows, files }) => [name, rows, files ?? []])))
