/** What a part of a run is of, in an archive: sections 0x601 and 0x602. */
import { hexToBytes } from '@noble/hashes/utils.js'
import type { Xlen } from '../elf/image.ts'
import type { Archive } from './archive.ts'
import { DIGEST_BYTES } from './chain.ts'
import { digestsIn, factsIn } from './facts.ts'

const FACTS = 0x601
const DIGESTS = 0x602

const FACT_COUNT = 6
const DIGEST_COUNT = 3

/** A segment of a run, and of what run. Digests are SHA-256, 64 hex digits. */
export interface SegmentOrigin {
  readonly xlen: Xlen
  /** Place among the run's segments. */
  readonly index: number
  /** Instructions retired before it. */
  readonly instretStart: number
  readonly instructions: number
  /** Undefined where the guest goes on behind it. */
  readonly exitCode: number | undefined
  /** Of the guest's ELF file. */
  readonly guest: string
  /** Of the machine's AIRs: `airSetDigest`. */
  readonly machine: string
  /** Of the guest's ABI and its extensions. */
  readonly abi: string
}

/** What a reader takes. */
export type ExpectedOrigin = Partial<Pick<SegmentOrigin, 'xlen' | 'guest' | 'machine' | 'abi'>>

export function originSections(origin: SegmentOrigin): [number, ArrayBufferView[]][] {
  const { xlen, index, instretStart, instructions, exitCode, guest, machine, abi } = origin
  const facts = [xlen, index, instretStart, instructions, Number(exitCode !== undefined), exitCode ?? 0]
  return [
    [FACTS, [BigUint64Array.from(facts.map(BigInt))]],
    [DIGESTS, [guest, machine, abi].map(hexToBytes)],
  ]
}

/** Names, found and wanted, in the order in which they are compared. */
function checkExpected(archive: Archive, found: SegmentOrigin, expected: ExpectedOrigin): void {
  const compared = [
    ['width', FACTS, found.xlen, expected.xlen, 0],
    ['machine', DIGESTS, found.machine, expected.machine, DIGEST_BYTES],
    ['guest', DIGESTS, found.guest, expected.guest, 0],
    ['abi', DIGESTS, found.abi, expected.abi, 2 * DIGEST_BYTES],
  ] as const
  for (const [what, kind, is, wanted, at] of compared) {
    if (wanted === undefined || is === wanted) continue
    throw archive.invalid(
      kind,
      { layer: 5, what, at, found: is, wanted },
      `it is of another ${what}: ${is}, wanted ${wanted}`,
    )
  }
}

/**
 * What an archive of content `segment` or `fragments` is of.
 *
 * @throws RvrError `ARCHIVE_INVALID`: layers 3 and 4; layer 5 where it is not what is expected (`details.what` is
 *   `width`, `machine`, `guest` or `abi`)
 */
export function originIn(archive: Archive, expected: ExpectedOrigin = {}): SegmentOrigin {
  const { number: fact } = factsIn(archive, FACTS, FACT_COUNT)
  const [guest, machine, abi] = digestsIn(archive, DIGESTS, DIGEST_COUNT) as [string, string, string]
  const isAny = (): boolean => true
  const xlen = fact(0, value => value === 32 || value === 64, '32 or 64') as Xlen
  const index = fact(1, value => value < 2 ** 32, 'the number of a segment')
  const instretStart = fact(2, isAny, 'a number of instructions')
  const fits = (value: number): boolean => value > 0 && Number.isSafeInteger(instretStart + value)
  const instructions = fact(3, fits, 'a number of instructions')
  const isLast = fact(4, value => value <= 1, '0 or 1')
  const exitCode = fact(5, value => value < 2 ** (32 * isLast), 'an exit code, and 0 where the guest goes on')
  const origin: SegmentOrigin = {
    xlen,
    index,
    instretStart,
    instructions,
    exitCode: isLast === 1 ? exitCode : undefined,
    guest,
    machine,
    abi,
  }
  checkExpected(archive, origin, expected)
  return origin
}
