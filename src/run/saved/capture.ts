/** Everything of a suspended run, as the content of a file. */
import { createHash } from 'node:crypto'
import { RvrError } from '../../errors.ts'
import type { Ledger } from '../../modes/ledger.ts'
import type { Hart } from '../../program/hart.ts'
import { version } from '../../version.ts'
import type { SessionGuest, SessionState, StartOptions } from '../session-state.ts'
import { MAX_BLOB_BYTES, PAGE_BYTES, type HeaderText } from './format.ts'
import { changedPages } from './pages.ts'
import type { FileContent } from './write.ts'

/** What a session knows beside its state. */
export interface Context {
  readonly guest: SessionGuest
  readonly hart: Hart
  readonly ledger: Ledger
  /** Undefined where it is not known. */
  readonly started: StartOptions | undefined
  readonly printedUntil: number
}

const BATCH_PAGES = 64
const BATCH_BYTES = BATCH_PAGES * PAGE_BYTES

/**
 * Byte strings by index; equal ones are held once: inputs that are not yet consumed are also inputs that the run began
 * with.
 */
class Blobs {
  readonly list: Uint8Array[] = []
  #bytes = 0
  readonly #known = new Map<string, number>()

  add(bytes: Uint8Array): number {
    const key = createHash('sha256').update(bytes).digest('base64')
    let index = this.#known.get(key)
    if (index === undefined) {
      this.#known.set(key, (index = this.list.push(bytes) - 1))
      this.#bytes += bytes.length
      if (this.#bytes > MAX_BLOB_BYTES)
        throw new RvrError(
          'USAGE',
          `inputs, hints, public values and counts of more than ${MAX_BLOB_BYTES} bytes cannot be saved`,
          { hint: 'Split the input.' },
        )
    }
    return index
  }
}

function originText(
  { inputs, stream, publicValuesBytes, seed, args, segmentLimits }: StartOptions,
  keep: (bytes: Uint8Array) => number,
): HeaderText['origin'] {
  return {
    inputs: inputs.map(keep),
    stream: stream?.frames.map(keep),
    publicValuesBytes,
    seed: seed === undefined ? undefined : `${seed}`,
    args: args === undefined ? undefined : [...args],
    options: { segmentLimits },
  }
}

/** Integers as the file has them: little-endian, as on every host that rvr runs on. */
const bytesOf = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)

function* inBatches(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += BATCH_BYTES) yield bytes.subarray(at, at + BATCH_BYTES)
}

/** Nothing may run or change the guest's memory until the body has been taken. */
export async function capture(
  { guest, hart, ledger, started, printedUntil }: Context,
  state: SessionState,
  signal?: AbortSignal,
): Promise<FileContent> {
  const { image, abi, mode, machine } = guest
  const { end } = state
  if (end.outcome !== 'suspended' || end.cause === 'abort' || end.cause === 'difference')
    throw new RvrError('INTERNAL', 'only a suspended run has a state to save')
  const blobs = new Blobs()
  const keep = (bytes: Uint8Array): number => blobs.add(bytes)
  const pages = await changedPages(image, hart.memory, signal)
  const header: HeaderText = {
    rvr: version,
    guest: image.digest,
    xlen: image.xlen,
    abi: abi.name,
    extensions: abi.digest,
    mode: mode.name,
    machine: machine.digest,
    stopCause: end.cause,
    pc: state.pc,
    isInside: state.isInside || undefined,
    registers: [...hart.x].map(String),
    instructions: `${state.instructions}`,
    cost: `${state.cost}`,
    printedUntil,
    host: abi.host.save(state.host, keep),
    collected: await ledger.save(keep),
    origin: mode.goesBack === true && started !== undefined ? originText(started, keep) : undefined,
    body: { blobs: blobs.list.map(({ length }) => length), pages: pages.length },
  }
  return { header, body: () => bodyOf(blobs.list, pages, hart.memory) }
}

async function* bodyOf(
  blobs: readonly Uint8Array[],
  pages: Uint32Array,
  memory: Uint8Array,
): AsyncGenerator<Uint8Array> {
  for (const bytes of blobs) yield* inBatches(bytes)
  yield* inBatches(bytesOf(pages))
  for (let at = 0; at < pages.length; at += BATCH_PAGES) {
    const batch = [...pages.subarray(at, at + BATCH_PAGES)]
    // Copies: the compressor works on another thread and takes no shared memory.
    yield Buffer.concat(batch.map(page => memory.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)))
  }
}
