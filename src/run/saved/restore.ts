/** Puts a saved run into a fresh session, and checks it: a digest shows damage and no intent. */
import { RvrError, messageOf } from '../../errors.ts'
import { beginningOf } from '../beginning.ts'
import type { Runner } from '../runner.ts'
import type { Before, SessionGuest, SessionOptions, StartOptions } from '../session-state.ts'
import { damaged, MAX_BLOB_BYTES, PAGE_BYTES, PAGES, refuse, type SavedHeader } from './format.ts'
import type { ByteSource, SavedRun } from './read.ts'

const BATCH_PAGES = 64
const WORD_BYTES = 4

export interface Restored {
  readonly before: Before
  /** Undefined where the file does not say how the run began. */
  readonly started: StartOptions | undefined
  readonly printedUntil: number
}

/** @throws RvrError `STATE_REFUSED` for another guest, ABI, mode or machine; `details` has reason, found and wanted. */
export function checkFits({ path, header }: SavedRun, { image, abi, mode, machine }: SessionGuest): void {
  const facts = [
    ['guest', header.guest, image.digest, 'Give the very file that was run.'],
    ['abi', header.abi, abi.name, 'Load the guest with the ABI that it was run with.'],
    [
      'extensions',
      header.extensions,
      abi.digest,
      'Load the guest with the configuration and the extensions that it was run with.',
    ],
    ['mode', header.mode, mode.name, 'Resume in the mode that the run began in.'],
    ['machine', header.machine, machine.digest, 'Load the guest with the machine that it was run with.'],
  ] as const
  for (const [reason, found, wanted, hint] of facts) {
    if (found !== wanted)
      throw refuse(path, reason, `its ${reason} is ${found}, wanted ${wanted}`, { hint, details: { found, wanted } })
  }
  if (header.xlen !== image.xlen) throw damaged(path, `its width is ${header.xlen}, but its guest is RV${image.xlen}`)
}

/** The fields that depend on each other or on the guest. */
function checkHeader(path: string, header: SavedHeader, { image, mode, machine }: SessionGuest): void {
  const wrong = (what: string): RvrError => damaged(path, `its header contradicts itself: ${what}`)
  const { registers, isInside, instructions, cost, origin, body } = header
  const limit = 1n << BigInt(image.xlen)
  if (registers[0] !== 0n || registers.some(value => value >= limit)) throw wrong('registers')
  if (instructions >= 1n << 62n || cost >= 1n << 100n) throw wrong('counts')
  if (body.blobs.reduce((sum, length) => sum + length, 0) > MAX_BLOB_BYTES) throw wrong('blobs')
  if (isInside === true && machine.autoprecompiles === undefined) throw wrong('isInside')
  if ((origin !== undefined) !== (mode.goesBack === true)) throw wrong('origin')
}

function blobAt(blobs: readonly Uint8Array[], index: number): Uint8Array {
  const bytes = blobs[index]
  if (bytes === undefined) throw new Error(`there is no byte string ${index}`)
  return bytes
}

async function readBlobs(source: ByteSource, lengths: readonly number[]): Promise<Uint8Array[]> {
  const blobs: Uint8Array[] = []
  // No Buffers: this travels to other threads as it is.
  for (const length of lengths) blobs.push(new Uint8Array(await source.take(length)))
  return blobs
}

async function readWords(source: ByteSource, count: number): Promise<Uint32Array> {
  const bytes = new Uint8Array(await source.take(count * WORD_BYTES))
  return new Uint32Array(bytes.buffer, 0, count)
}

async function readPages(path: string, source: ByteSource, count: number, memory: Uint8Array): Promise<void> {
  const pages = await readWords(source, count)
  if (pages.some((page, index) => page >= PAGES || (index > 0 && page <= pages[index - 1]!)))
    throw damaged(path, 'its list of pages is out of order')
  for (let at = 0; at < count; at += BATCH_PAGES) {
    const batch = pages.subarray(at, at + BATCH_PAGES)
    const bytes = await source.take(batch.length * PAGE_BYTES)
    for (const [index, page] of batch.entries())
      memory.set(bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES), page * PAGE_BYTES)
  }
}

/**
 * Fills memory and registers of a guest that has run nothing, and its mode's ledger.
 *
 * @throws RvrError `STATE_REFUSED`
 */
export async function restore(
  saved: SavedRun,
  session: SessionOptions,
  { hart, ledger }: Pick<Runner, 'hart' | 'ledger'>,
): Promise<Restored> {
  checkFits(saved, session)
  const { path, header } = saved
  checkHeader(path, header, session)
  const { pc, isInside = false, instructions, cost, printedUntil } = header
  const source = saved.body()
  try {
    const blobs = await readBlobs(source, header.body.blobs)
    const bytes = (index: number): Uint8Array => blobAt(blobs, index)
    const host = session.abi.host.restore(header.host, bytes)
    const started = startOptions(header, bytes)
    const beginning = beginningOf(session, host, started ?? {})
    await ledger.restore(header.collected, { beginning, instructions, bytes })
    await readPages(path, source, header.body.pages, hart.memory)
    await source.finish()
    hart.x.set(header.registers)
    hart.pc = pc
    return { before: { stand: () => ({ pc, host, isInside }), instructions, cost }, started, printedUntil }
  } catch (error) {
    throw error instanceof RvrError && error.code === 'STATE_REFUSED'
      ? error
      : damaged(path, `its content contradicts itself: ${messageOf(error)}`, error)
  } finally {
    await source.close()
  }
}

function startOptions({ origin }: SavedHeader, bytes: (index: number) => Uint8Array): StartOptions | undefined {
  if (origin === undefined) return undefined
  const { inputs, stream, publicValuesBytes, seed, args, options } = origin
  const items = stream && { stream: { frames: stream.map(bytes) } }
  return { inputs: inputs.map(bytes), ...items, publicValuesBytes, seed, args, ...options }
}
