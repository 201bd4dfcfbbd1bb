/** Contents as `/cas/` holds them: compressed with zstd where this Node can, named by the SHA-256 of what is stored. */
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { RemoteFailure } from './http-client.ts'

/** Largest content that is stored or fetched. */
export const BLOB_LIMIT = 512 << 20

export interface PackedBlob {
  /** SHA-256 and size of the content. */
  readonly digest: string
  readonly bytes: number
  /** SHA-256 and size of what is stored. */
  readonly stored: string
  readonly storedBytes: number
  readonly encoding: 'zstd' | 'identity'
}

/** Node 22.15 is the first with zstd. */
const compress = typeof zlib.zstdCompress === 'function' ? promisify<Uint8Array, Buffer>(zlib.zstdCompress) : undefined
const decompress =
  typeof zlib.zstdDecompress === 'function'
    ? promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress)
    : undefined

export function canUnpack({ encoding }: PackedBlob): boolean {
  return encoding === 'identity' || decompress !== undefined
}

/** SHA-256 off the main thread, which may be running a guest. */
async function digestOf(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex')
}

export async function pack(
  content: Uint8Array,
  encoding: PackedBlob['encoding'] = 'zstd',
): Promise<{ readonly blob: PackedBlob; readonly body: Uint8Array }> {
  const packed = encoding === 'zstd' ? await compress?.(content) : undefined
  const body = packed ?? content
  const [digest, stored] = await Promise.all([digestOf(content), digestOf(body)])
  return {
    body,
    blob: {
      digest,
      bytes: content.length,
      stored,
      storedBytes: body.length,
      encoding: packed === undefined ? 'identity' : 'zstd',
    },
  }
}

/** The content, proved to be the one that `blob` names before and after it is unpacked. @throws RemoteFailure */
export async function unpack(blob: PackedBlob, body: Uint8Array): Promise<Uint8Array> {
  if (body.length !== blob.storedBytes || (await digestOf(body)) !== blob.stored)
    throw new RemoteFailure('a blob is not what its name says')
  // What unpacks to more than it should is no longer read from there on.
  const content =
    blob.encoding === 'identity'
      ? body
      : await decompress!(body, { maxOutputLength: Math.max(blob.bytes, 1) }).catch((cause: unknown) => {
          throw new RemoteFailure('a blob cannot be unpacked', { cause })
        })
  if (content.length !== blob.bytes || (await digestOf(content)) !== blob.digest)
    throw new RemoteFailure('a blob holds something else than its record says')
  return content
}
