/** Execution counts as an archive of content `profile`: sections 0x501 to 0x503. */
import { hexToBytes } from '@noble/hashes/utils.js'
import type { Archive } from '../archive/archive.ts'
import { digestsIn, expectCount } from '../archive/facts.ts'
import type { Content } from '../archive/write.ts'
import type { ExecutionProfile, Stretch } from './counts.ts'

const DIGESTS = 0x501
const ADDRESSES = 0x502
const COUNTS = 0x503

const LONG_BYTES = 8
const ADDRESS_SPACE = 2 ** 32

/** Counts of a guest, and of the run that was added last the digest of its ABI. */
export type ArchivedProfile = Omit<ExecutionProfile, 'xlen'> & { readonly abi: string }

/** A count holds from its address to the next one; the last is 0. */
export function profileContent({ guest, abi, slotBytes = 4, stretches }: ArchivedProfile): Content {
  const addresses: number[] = []
  const counts: number[] = []
  const put = (address: number, count: number): void => {
    addresses.push(address)
    counts.push(count)
  }
  for (const [index, { pc, instructions, count }] of stretches.entries()) {
    put(pc, count)
    const end = pc + slotBytes * instructions
    if (stretches[index + 1]?.pc !== end) put(end, 0)
  }
  return {
    content: 'profile',
    sections: new Map<number, readonly ArrayBufferView[]>([
      [DIGESTS, [guest, abi].map(hexToBytes)],
      [ADDRESSES, [BigUint64Array.from(addresses, BigInt)]],
      [COUNTS, [BigUint64Array.from(counts, BigInt)]],
    ]),
  }
}

/** @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4: counts have one form only. */
export function profileIn(archive: Archive): ArchivedProfile {
  const [guest, abi] = digestsIn(archive, DIGESTS, 2) as [string, string]
  const addresses = Array.from(archive.longs(ADDRESSES), Number)
  expectCount(archive, COUNTS, addresses.length)
  const counts = Array.from(archive.longs(COUNTS), Number)
  const wrong = (kind: number, index: number, problem: string): Error => {
    const found = archive.longs(kind)[index]!
    const fault = { layer: 4, what: kind === ADDRESSES ? 'order' : 'value', at: LONG_BYTES * index } as const
    return archive.invalid(kind, { ...fault, found: Number(found) }, `${problem}, found ${found}`)
  }
  // Whoever executed anything at all with compressed instructions executed one of 4 bytes, behind which nothing counts.
  const slotBytes = addresses.every(address => address % 4 === 0) ? 4 : 2
  const last = addresses.length - 1
  const stretches: Stretch[] = []
  for (const [index, pc] of addresses.entries()) {
    const before = addresses[index - 1] ?? -1
    const count = counts[index]!
    if (pc <= before || pc % slotBytes !== 0 || pc > ADDRESS_SPACE)
      throw wrong(ADDRESSES, index, `address ${index} has to be of an instruction behind the one in front of it`)
    if (!Number.isSafeInteger(count) || count === (counts[index - 1] ?? 0) || (index === last && count !== 0))
      throw wrong(COUNTS, index, `count ${index} has to be another than the one in front of it, and the last one 0`)
    if (count > 0) stretches.push({ pc, instructions: (addresses[index + 1]! - pc) / slotBytes, count })
  }
  return { guest, abi, ...(slotBytes === 2 && { slotBytes }), stretches }
}
