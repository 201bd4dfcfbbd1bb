/** What the host of an `openvm` guest keeps: inputs, hints, public values, random words. */
import * as v from 'valibot'
import type { HostKeeper } from '../host.ts'
import { MAX_PUBLIC_VALUES_BYTES } from '../bounds.ts'
import { dropTaken } from '../input-queue.ts'
import { randomText, SavedRandom } from '../random.ts'
import { wholeHints } from './hints.ts'

export const DEFAULT_PUBLIC_VALUES_BYTES = 64

const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const Saved = v.strictObject({
  inputs: v.array(index),
  hints: index,
  hintPosition: index,
  publicValues: index,
  random: SavedRandom,
})

export const openVmHost: HostKeeper = {
  create: (_image, { inputs, publicValuesBytes = DEFAULT_PUBLIC_VALUES_BYTES, seed = 0n }) => ({
    inputs: [...inputs],
    hints: new Uint8Array(),
    hintPosition: 0,
    publicValues: new Uint8Array(publicValuesBytes),
    random: { seed, drawn: 0n },
  }),
  publicValues: host => host.publicValues,
  trim: dropTaken,
  save(host, keep): v.InferInput<typeof Saved> {
    dropTaken(host)
    const { hints, hintPosition } = wholeHints(host)
    return {
      inputs: host.inputs.map(keep),
      hints: keep(hints),
      hintPosition,
      publicValues: keep(host.publicValues),
      random: randomText(host.random),
    }
  },
  restore(saved, bytes) {
    const { inputs, hints, hintPosition, publicValues, random } = v.parse(Saved, saved)
    const stream = bytes(hints)
    if (hintPosition > stream.length) throw new Error('the hint stream is shorter than what was read of it')
    // Guests write to their public values; nothing else may share those bytes.
    const values = bytes(publicValues).slice()
    if (values.length > MAX_PUBLIC_VALUES_BYTES) throw new Error(`there are ${values.length} bytes of public values`)
    return { inputs: inputs.map(bytes), hints: stream, hintPosition, publicValues: values, random }
  },
}
