/** Writes a saved run: whole or not at all, readable by its owner alone. */
import { createHash } from 'node:crypto'
import { RvrError } from '../../errors.ts'
import { checkOutput, writeOutput, type Put } from '../../files/write.ts'
import { FORMAT_VERSION, MAGIC, MAX_HEADER_BYTES, PREFIX_BYTES, type HeaderText } from './format.ts'

export interface FileContent {
  readonly header: HeaderText
  body(): AsyncGenerator<Uint8Array>
}

const CHUNK_BYTES = 256 << 10

function prefix(header: Uint8Array): Buffer {
  if (header.length > MAX_HEADER_BYTES)
    throw new RvrError('USAGE', `the run has too much to save: its list of segments takes ${header.length} bytes`, {
      hint: 'Save it earlier.',
    })
  const bytes = Buffer.alloc(PREFIX_BYTES)
  bytes.set(MAGIC)
  bytes.writeUInt16LE(FORMAT_VERSION, MAGIC.length)
  bytes.writeUInt32LE(header.length, MAGIC.length + 2)
  return bytes
}

async function put({ header, body }: FileContent, write: Put, signal: AbortSignal | undefined): Promise<void> {
  const hash = createHash('sha256')
  const add = (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes)
    return write(bytes)
  }
  const text = Buffer.from(JSON.stringify(header))
  await add(prefix(text))
  await add(text)
  const [{ Readable }, { pipeline }, { createDeflateRaw }] = await Promise.all([
    import('node:stream'),
    import('node:stream/promises'),
    import('node:zlib'),
  ])
  const deflate = createDeflateRaw({ level: 1, chunkSize: CHUNK_BYTES })
  await pipeline(
    Readable.from(body(), { objectMode: false }),
    deflate,
    async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) await add(chunk)
    },
    { signal },
  )
  await write(hash.digest())
}

const FAILURE = 'cannot save the run to'

/** The directory's own error says why before anything has been computed. @throws RvrError `IO`. */
export const checkTarget = (file: string): Promise<void> => checkOutput(file, { failure: FAILURE })

/** @returns the file's absolute path. @throws RvrError `IO`, `ABORTED`. */
export function writeSaved(file: string, content: FileContent, signal?: AbortSignal): Promise<string> {
  // The file holds whatever the guest was given: it is for its owner alone.
  return writeOutput(file, write => put(content, write, signal), {
    mode: 0o600,
    durable: true,
    signal,
    failure: FAILURE,
  })
}
