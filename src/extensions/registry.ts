/** The guest ABIs by name, and the decoder that each of them needs. */
import type { Xlen } from '../elf/image.ts'
import { rows as integerRows } from '../isa/i/rows.ts'
import { rows as multiplyRows } from '../isa/m/rows.ts'
import { createDecoder, type Decoder } from '../isa/table.ts'
import type { AbiName, GuestAbi } from './abi.ts'
import { openvm } from './io/openvm.ts'
import { linux } from './linux/linux.ts'

const abis: Readonly<Record<AbiName, GuestAbi>> = { openvm, linux }

/** The names that `abiNamed` knows, for help texts. */
export const abiNames = Object.keys(abis) as readonly AbiName[]

/** The guest ABI of a name. */
export function abiNamed(name: AbiName): GuestAbi {
  return abis[name]
}

const decoders = new Map<string, Decoder>()

/** The decoder for IM code of one width plus the ABI's host instructions. Made once: checking all rows against each other is no work for every run. */
export function decoderFor(xlen: Xlen, abi: GuestAbi): Decoder {
  const key = `${abi.name}/${xlen}`
  let decoder = decoders.get(key)
  if (decoder === undefined) decoders.set(key, (decoder = createDecoder(xlen, [integerRows, multiplyRows, abi.rows])))
  return decoder
}
