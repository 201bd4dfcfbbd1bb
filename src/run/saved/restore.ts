/** Puts a saved run into a fresh session. What the file says is checked, because a digest shows damage and no intent. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { RvrError, messageOf } from '../../errors.ts'
import type { HostState } from '../../extensions/abi.ts'
import { leafSets, MeterRestorer, TURN_LEAVES } from '../../machine/meter-state.ts'
import type { Meter, Segment } from '../../machine/meter.ts'
import { startMeter } from '../metering.ts'
import type { SlotCounts } from '../profiler.ts'
import type { Session, SessionOptions, StartOptions } from '../session.ts'
import { damaged, MAX_BLOB_BYTES, PAGE_BYTES, PAGES, refuse, type SavedHeader } from './format.ts'
import type { ByteSource, SavedRun } from './read.ts'

const BATCH_PAGES = 64
const BATCH_RANGES = 1024
const WORD_BYTES = 4

export interface Restored {
  readonly pc: number
  readonly host: HostState
  readonly instructions: bigint
  readonly cost: bigint
  readonly segments: readonly Segment[]
  readonly profile?: SlotCounts
  readonly started: StartOptions
  readonly printedUntil: number
}

type Target = Pick<Session, 'image' | 'abi' | 'mode' | 'machine'>

/** @throws RvrError `STATE_REFUSED` for another guest, ABI, mode or machine; `details` has reason, found and wanted. */
export function checkFits({ path, header }: SavedRun, { image, abi, mode, machine }: Target): void {
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
      throw refuse(path, reason, `its ${reason} is ${found}, wanted ${wanted}`, hint, { found, wanted })
  }
  if (header.xlen !== image.xlen) throw damaged(path, `its width is ${header.xlen}, but its guest is RV${image.xlen}`)
}

/** The fields that depend on each other or on the guest. */
function checkHeader(path: string, header: SavedHeader, { image, mode, machine }: Target): void {
  const wrong = (what: string): RvrError => damaged(path, `its header contradicts itself: ${what}`)
  const { registers, instructions, cost, segments, meter, origin, body } = header
  const limit = 1n << BigInt(image.xlen)
  if (registers[0] !== 0n || registers.some(value => value >= limit)) throw wrong('registers')
  if (instructions >= 1n << 62n || cost >= 1n << 100n) throw wrong('counts')
  if (body.blobs.reduce((sum, length) => sum + length, 0) > MAX_BLOB_BYTES) throw wrong('blobs')
  for (const index of origin?.inputs ?? []) if (index >= body.blobs.length) throw wrong('blobs')
  if ((meter !== undefined) !== mode.segments || (origin !== undefined) !== mode.segments) throw wrong('meter')
  if ((header.profile !== undefined) !== (mode.profile !== undefined)) throw wrong('profile')
  if (meter === undefined) {
    const { past, open, interval } = body.leaves
    if (segments.length > 0 || past + open + interval > 0) throw wrong('segments')
    return
  }
  const chips = machine.chips.length
  const { checkpoint } = meter
  let start = 0
  for (const segment of segments) {
    if (segment.instretStart !== start || segment.instructions === 0 || segment.heights.length !== chips)
      throw wrong('segments')
    start += segment.instructions
  }
  if (meter.segmentStart !== start || BigInt(start) > instructions || instructions > BigInt(Number.MAX_SAFE_INTEGER))
    throw wrong('segments')
  if (meter.heights.length !== chips || meter.left > machine.limits.checkInterval) throw wrong('meter')
  if (checkpoint === undefined) {
    if (body.leaves.interval > 0) throw wrong('leaves')
  } else if (
    checkpoint.instret < start ||
    BigInt(checkpoint.instret) > instructions ||
    checkpoint.heights.length !== chips ||
    checkpoint.heights.some((height, chip) => height > meter.heights[chip]!)
  )
    throw wrong('checkpoint')
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

async function readLeaves(
  source: ByteSource,
  { body }: SavedHeader,
  restorer: MeterRestorer | undefined,
): Promise<void> {
  let placed = 0
  for (const set of leafSets) {
    for (let left = body.leaves[set]; left > 0; left -= BATCH_RANGES) {
      const pairs = await readWords(source, Math.min(left, BATCH_RANGES) * 2)
      for (let at = 0; at < pairs.length; at += 2) {
        restorer!.place(set, pairs[at]!, pairs[at + 1]!)
        placed += pairs[at + 1]!
        if (placed < TURN_LEAVES) continue
        placed = 0
        await nextTurn()
      }
    }
  }
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
 * Fills memory, registers and meter of a session that has run nothing.
 *
 * @throws RvrError `STATE_REFUSED`
 */
export async function restore(
  saved: SavedRun,
  session: Target & Pick<Session, 'hart'>,
  meter: Meter | undefined,
  engine: SessionOptions['engine'],
): Promise<Restored> {
  checkFits(saved, session)
  const { path, header } = saved
  const { hart, machine } = session
  checkHeader(path, header, session)
  const source = saved.body()
  try {
    const blobs = await readBlobs(source, header.body.blobs)
    const host = session.abi.host.restore(header.host, index => blobAt(blobs, index))
    const started = startOptions(header, blobs)
    let restorer: MeterRestorer | undefined
    if (meter !== undefined) {
      startMeter(meter, { ...session, engine }, host, started.segmentLimits ?? {})
      restorer = new MeterRestorer(meter, header.meter!, machine.memoryChips)
    }
    await readLeaves(source, header, restorer)
    restorer?.finish(Number(header.instructions))
    await readPages(path, source, header.body.pages, hart.memory)
    await source.finish()
    hart.x.set(header.registers)
    hart.pc = header.pc
    return {
      pc: header.pc,
      host,
      instructions: header.instructions,
      cost: header.cost,
      segments: header.segments,
      ...profileOf(header, blobs),
      started,
      printedUntil: header.printedUntil,
    }
  } catch (error) {
    throw error instanceof RvrError && error.code === 'STATE_REFUSED'
      ? error
      : damaged(path, `its content contradicts itself: ${messageOf(error)}`, error)
  } finally {
    await source.close()
  }
}

function profileOf({ profile }: SavedHeader, blobs: readonly Uint8Array[]): { profile?: SlotCounts } {
  if (profile === undefined) return {}
  const pages = profile.pages.map(([page, index]) => {
    const counts = new Float64Array(blobs[index]?.slice().buffer ?? new ArrayBuffer())
    if (counts.length !== PAGE_BYTES / WORD_BYTES || !counts.every(count => Number.isSafeInteger(count) && count >= 0))
      throw new Error(`counts of page ${page}`)
    return [page, counts] as const
  })
  return { profile: { pages: new Map(pages), extraRows: new Map(profile.extraRows) } }
}

function startOptions({ origin }: SavedHeader, blobs: readonly Uint8Array[]): StartOptions {
  if (origin === undefined) return { inputs: [] }
  const { inputs, publicValuesBytes, seed, args, segmentLimits } = origin
  return {
    inputs: inputs.map(index => blobs[index]!),
    ...(publicValuesBytes !== undefined && { publicValuesBytes }),
    ...(seed !== undefined && { seed }),
    ...(args !== undefined && { args }),
    ...(segmentLimits !== undefined && { segmentLimits }),
  }
}
