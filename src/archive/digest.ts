/** The content digest of an archive: of what it holds, wherever that lies. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfAborted } from '../errors.ts'
import { Chain, ClaimedChain, type ChainInput, type Compress } from './chain.ts'
import type { Frame, Section } from './frame.ts'
import { contents } from './kinds.ts'

/** Bytes that are hashed between two turns of the event loop. */
const TURN_BYTES = 4 << 20

const U32 = 2 ** 32

/** Bytes in pieces of such a size that the event loop has its turn between two of them. */
export function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += TURN_BYTES) yield bytes.subarray(at, at + TURN_BYTES)
}

/** What is in front of a content in its chain, and in front of each of its sections. */
export function frameContent(chain: ChainInput, { content, sections }: Digested['frame']): void {
  chain.frame(1, 0, contents[content].kind, sections.length)
}
export function frameSection(chain: ChainInput, { kind, size, count }: Section): void {
  chain.frame(1, kind, size, 0, count % U32, Math.floor(count / U32))
}

/** What an archive holds. */
export interface Digested {
  readonly frame: Pick<Frame, 'content' | 'sections'>
  /** What is in a section, one part after another. */
  readonly partsOf: (section: Section) => Iterable<Uint8Array>
}

/** Every length is in a frame in front of what it is of, so no two contents look alike. @throws RvrError `ABORTED` */
async function putContent(
  chain: ChainInput,
  { frame, partsOf }: Digested,
  signal: AbortSignal | undefined,
): Promise<void> {
  frameContent(chain, frame)
  let left = TURN_BYTES
  for (const section of frame.sections) {
    frameSection(chain, section)
    for (const part of partsOf(section)) {
      for (const piece of pieces(part)) {
        chain.add(piece)
        left -= piece.length
        if (left > 0) continue
        left = TURN_BYTES
        await nextTurn()
        throwIfAborted('hashing an archive', signal)
      }
    }
    chain.pad()
  }
}

export interface DigestOptions {
  readonly signal?: AbortSignal | undefined
  /** What is faster than JavaScript, where there is something. */
  readonly compress?: Compress | undefined
}

/** 32 bytes. @throws RvrError `ABORTED` */
export async function contentDigest(content: Digested, { signal, compress }: DigestOptions): Promise<Uint8Array> {
  const chain = new Chain('content', compress)
  await putContent(chain, content, signal)
  return chain.digest()
}

/** Is this the content's digest? Faster than to ask what it is. @throws RvrError `ABORTED` */
export async function hasDigest(content: Digested, digest: Uint8Array, signal?: AbortSignal): Promise<boolean> {
  const chain = new ClaimedChain('content')
  await putContent(chain, content, signal)
  return chain.endsWith(digest)
}
