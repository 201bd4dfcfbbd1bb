/** Everything of a suspended run, as the content of a file. */
import { createHash } from 'node:crypto'
import { RvrError } from '../../errors.ts'
import { captureMeter, leafSets, type LeafRanges, type LeafSet, type MeterScalars } from '../../machine/meter-state.ts'
import type { Meter } from '../../machine/meter.ts'
import { version } from '../../version.ts'
import type { SlotCounts } from '../profiler.ts'
import type { Session, SessionState, StartOptions } from '../session.ts'
import { MAX_BLOB_BYTES, PAGE_BYTES, type HeaderText } from './format.ts'
import { changedPages } from './pages.ts'
import type { FileContent } from './write.ts'

/** What a session knows beside its state. */
export interface Context {
  readonly session: Pick<Session, 'image' | 'abi' | 'mode' | 'machine' | 'hart'>
  readonly meter: Meter | undefined
  readonly started: StartOptions
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
          `inputs, hints and public values of more than ${MAX_BLOB_BYTES} bytes cannot be saved`,
          { hint: 'Split the input.' },
        )
    }
    return index
  }
}

function originText(
  { inputs, publicValuesBytes, seed, args, segmentLimits }: StartOptions,
  blobs: Blobs,
): HeaderText['origin'] {
  return {
    inputs: inputs.map(input => blobs.add(input)),
    ...(publicValuesBytes !== undefined && { publicValuesBytes }),
    ...(seed !== undefined && { seed: `${seed}` }),
    ...(args !== undefined && { args: [...args] }),
    ...(segmentLimits !== undefined && { segmentLimits: { ...segmentLimits } }),
  }
}

function profileText({ pages, extraRows }: SlotCounts, blobs: Blobs): HeaderText['profile'] {
  return {
    pages: [...pages].map(([page, counts]) => [
      page,
      blobs.add(new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength)),
    ]),
    extraRows: [...extraRows].map(([pc, rows]) => [pc, rows]),
  }
}

function meterText({ heights, checkpoint, ...rest }: MeterScalars): HeaderText['meter'] {
  return {
    ...rest,
    heights: [...heights],
    ...(checkpoint !== undefined && { checkpoint: { ...checkpoint, heights: [...checkpoint.heights] } }),
  }
}

/** Integers as the file has them: little-endian, as on every host that rvr runs on. */
const bytesOf = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)

function* inBatches(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += BATCH_BYTES) yield bytes.subarray(at, at + BATCH_BYTES)
}

/** Nothing may run or change the guest's memory until the body has been taken. */
export async function capture(
  { session, meter, started, printedUntil }: Context,
  state: SessionState,
  signal?: AbortSignal,
): Promise<FileContent> {
  const { image, abi, mode, machine, hart } = session
  const { end } = state
  if (end.outcome !== 'suspended' || end.cause === 'abort' || end.cause === 'difference')
    throw new RvrError('INTERNAL', 'only a suspended run has a state to save')
  const blobs = new Blobs()
  const pages = await changedPages(image, hart.memory, signal)
  const metered = meter === undefined ? undefined : await captureMeter(meter, machine.memoryChips)
  const ranges = (set: LeafSet): LeafRanges['pairs'] => metered?.leaves[set].pairs ?? new Uint32Array()
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
    registers: [...hart.x].map(String),
    instructions: `${state.instructions}`,
    cost: `${state.cost}`,
    printedUntil,
    host: abi.host.save(state.host, bytes => blobs.add(bytes)),
    segments: state.segments.list
      .slice(0, state.segments.count)
      .map(({ instretStart, instructions, heights, reason, overLimit }) => {
        if (reason === 'end' || reason === 'trap') throw new RvrError('INTERNAL', 'a suspended run has no last segment')
        return {
          instretStart,
          instructions,
          heights: [...heights],
          reason,
          ...(overLimit === true && { overLimit: true as const }),
        }
      }),
    ...(state.profile !== undefined && { profile: profileText(state.profile, blobs) }),
    ...(metered !== undefined && { meter: meterText(metered.scalars), origin: originText(started, blobs) }),
    body: {
      blobs: blobs.list.map(({ length }) => length),
      leaves: {
        past: ranges('past').length / 2,
        open: ranges('open').length / 2,
        interval: ranges('interval').length / 2,
      },
      pages: pages.length,
    },
  }
  return {
    header,
    async *body() {
      for (const bytes of [...blobs.list, ...leafSets.map(set => bytesOf(ranges(set))), bytesOf(pages)])
        yield* inBatches(bytes)
      for (let at = 0; at < pages.length; at += BATCH_PAGES) {
        // Copies: the compressor works on another thread and takes no shared memory.
        yield Buffer.concat(
          [...pages.subarray(at, at + BATCH_PAGES)].map(page =>
            hart.memory.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES),
          ),
        )
      }
    },
  }
}
