/** What the host of an `openvm` guest keeps: inputs, hints, public values, random words. */
import * as v from 'valibot'
import type { HostKeeper } from '../host.ts'
import { MAX_PUBLIC_VALUES_BYTES } from '../bounds.ts'
import { dropTaken } from '../input-queue.ts'
import { randomText, SavedRandom } from '../random.ts'
import { wholeHints } from './hints.ts'
import { dropPulled, itemIn } from './pull.ts'

export const DEFAULT_PUBLIC_VALUES_BYTES = 64

const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const Saved = v.strictObject({
  inputs: v.array(index),
  hints: index,
  hintPosition: index,
  publicValues: index,
  random: SavedRandom,
  stream: v.optional(v.strictObject({ frames: v.array(index), next: index, awaits: v.boolean() })),
})

export const openVmHost: HostKeeper = {
  create: (_image, { inputs, stream, publicValuesBytes = DEFAULT_PUBLIC_VALUES_BYTES, seed = 0n }) => ({
    inputs: [...inputs],
    hints: new Uint8Array(),
    hintPosition: 0,
    publicValues: new Uint8Array(publicValuesBytes),
    random: { seed, drawn: 0n },
    ...(stream && { stream: { frames: [...stream.frames], next: 0, awaits: stream.awaits === true } }),
  }),
  publicValues: host => host.publicValues,
  trim(host) {
    dropTaken(host)
    if (host.stream !== undefined) dropPulled(host.stream)
  },
  save(host, keep): v.InferInput<typeof Saved> {
    dropTaken(host)
    const { hints, hintPosition } = wholeHints(host)
    return {
      inputs: host.inputs.map(keep),
      hints: keep(hints),
      hintPosition,
      publicValues: keep(host.publicValues),
      random: randomText(host.random),
      stream: host.stream && { ...host.stream, frames: host.stream.frames.map(keep) },
    }
  },
  restore(saved, bytes) {
    const { inputs, hints, hintPosition, publicValues, random, stream } = v.parse(Saved, saved)
    const hintStream = bytes(hints)
    if (hintPosition > hintStream.length) throw new Error('the hint stream is shorter than what was read of it')
    // Guests write to their public values; nothing else may share those bytes.
    const values = bytes(publicValues).slice()
    if (values.length > MAX_PUBLIC_VALUES_BYTES) throw new Error(`there are ${values.length} bytes of public values`)
    const frames = stream?.frames.map(bytes)
    if (frames?.some(frame => itemIn(frame)?.frameBytes !== frame.length))
      throw new Error('there is an item that has no frame')
    if (stream !== undefined && stream.next > frames!.length) throw new Error('more items were pulled than there are')
    return {
      inputs: inputs.map(bytes),
      hints: hintStream,
      hintPosition,
      publicValues: values,
      random,
      ...(stream && { stream: { ...stream, frames: frames! } }),
    }
  },
}
