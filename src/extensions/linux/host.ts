/** What the host of a `linux` guest keeps outside of registers and memory: standard input, the break, random words. */
import * as v from 'valibot'
import { MEMORY_BYTES, type Image } from '../../elf/image.ts'
import type { HostKeeper } from '../host.ts'
import { randomText, SavedRandom, type RandomState } from '../random.ts'
import { PAGE_BYTES } from './layout.ts'

/** Plain data, so that it can cross threads. */
export interface LinuxHost {
  /** Standard input: all inputs behind each other; and the next byte of it. */
  readonly stdin: Uint8Array
  stdinPosition: number
  /** The program break and its initial value. */
  brk: number
  readonly brkStart: number
  /** Seed and number of 64-bit words drawn so far (getrandom). */
  random: RandomState
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const address = v.pipe(count, v.maxValue(MEMORY_BYTES))
const Saved = v.strictObject({
  stdin: count,
  stdinPosition: count,
  brk: address,
  brkStart: address,
  random: SavedRandom,
})

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const breakStart = (image: Image): number => Math.ceil(image.end / PAGE_BYTES) * PAGE_BYTES

const NONE = new Uint8Array()

export const linuxHost: HostKeeper<LinuxHost> = {
  create: (image, { inputs, seed = 0n }) => ({
    stdin: concatenate(inputs),
    stdinPosition: 0,
    brk: breakStart(image),
    brkStart: breakStart(image),
    random: { seed, drawn: 0n },
  }),
  publicValues: () => NONE,
  trim() {},
  save({ stdin, random, ...rest }, keep): v.InferInput<typeof Saved> {
    return { ...rest, stdin: keep(stdin), random: randomText(random) }
  },
  restore(saved, bytes) {
    const { stdin, ...rest } = v.parse(Saved, saved)
    if (rest.brk < rest.brkStart) throw new Error('the break is below its start')
    return { ...rest, stdin: bytes(stdin) }
  },
}
