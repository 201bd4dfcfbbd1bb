/** What a meter has to know of a guest before its first instruction. */
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { GuestAbi, HostState } from '../extensions/abi.ts'
import { MAX_PUBLIC_VALUES_BYTES } from '../extensions/bounds.ts'
import { decoderFor } from '../extensions/registry.ts'
import { definedSlots } from '../program/slots.ts'
import { LEAF_BYTES } from '../layout/meter.ts'
import { MAX_TRACE_HEIGHT, type SegmentLimits } from '../machine/limits.ts'
import type { Machine } from '../machine/machine.ts'
import type { Meter } from '../machine/meter.ts'
import { swellingOf, type Swelling } from '../machine/swell.ts'
import type { EngineChoice } from './home.ts'

/** Leaves of the initial image that hold a byte other than zero. */
function* imageLeaves(image: Image): Generator<number> {
  for (const { address, bytes } of image.segments) {
    let done = -1
    for (let at = 0; at < bytes.length;) {
      const leaf = Math.floor((address + at) / LEAF_BYTES)
      if (bytes[at] !== 0 && leaf !== done) {
        yield leaf
        done = leaf
      }
      at = bytes[at] !== 0 ? (leaf + 1) * LEAF_BYTES - address : at + 1
    }
  }
}

/** What a meter is started for. */
export interface MeteredGuest {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
  readonly engine: EngineChoice
  /** Keep every check (machine/look-ahead.ts). */
  readonly careful?: boolean
}

/** What of the instructions that an ABI's guests may use can add more rows than one. */
function swellingIn({ extensions }: GuestAbi, machine: Machine): Swelling {
  const effects = new Set(extensions.flatMap(extension => Object.keys(extension.effects ?? {})))
  return swellingOf(
    machine,
    extensions.flatMap(({ rows }) => rows),
    effects,
  )
}

/**
 * @throws RvrError `USAGE` for limits that are no counts, or more public values than the memory tables have room for.
 */
export function startMeter(meter: Meter, guest: MeteredGuest, host: HostState, limits: Partial<SegmentLimits>): void {
  const { image, abi, machine, engine, careful = false } = guest
  const publicValuesBytes = abi.host.publicValues(host).length
  for (const [name, value] of Object.entries(limits)) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0))
      throw new RvrError('USAGE', `${name} is ${value}, not a count from 1 on`, {
        hint: 'Leave it out for the limit of the machine.',
      })
  }
  if ((limits.maxTraceHeight ?? 0) > MAX_TRACE_HEIGHT)
    throw new RvrError('USAGE', `maxTraceHeight is ${limits.maxTraceHeight}, more than 2^30`, {
      hint: 'No prover has longer traces.',
    })
  if (publicValuesBytes > MAX_PUBLIC_VALUES_BYTES)
    throw new RvrError('USAGE', `${publicValuesBytes} bytes of public values cannot be metered`, {
      hint: `At most ${MAX_PUBLIC_VALUES_BYTES} can.`,
    })
  const { maxTraceHeight, maxMemoryBytes, maxInteractions } = machine.limits
  meter.start({
    limits: {
      maxTraceHeight: limits.maxTraceHeight ?? maxTraceHeight,
      maxMemoryBytes: limits.maxMemoryBytes ?? maxMemoryBytes,
      maxInteractions: limits.maxInteractions ?? maxInteractions,
    },
    slots: engine.engine === 'native' ? engine.definedSlots : definedSlots(image, decoderFor(image.xlen, abi)),
    imageLeaves: imageLeaves(image),
    publicValuesBytes,
    swelling: swellingIn(abi, machine),
    careful,
  })
}
