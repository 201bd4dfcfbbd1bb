/** Is native code worth its compile? What a guest's compile is estimated to take, learnt from those before. */
import type { Image } from '../elf/image.ts'
import { nativeCode } from '../program/lift.ts'
import type { Cache } from '../store/cache.ts'

/** Before anything is known: a compiler's start, and what a slot takes on two processors. */
const START_MS = 400
const SLOT_MS = 0.25
/** In smaller guests the compiler's start is what takes the time. */
const TELLING_SLOTS = 4000

/** What manifests of guests' libraries say. */
interface Compiled {
  readonly mode?: unknown
  readonly slots?: unknown
  readonly compileMs?: unknown
}

/** Milliseconds by slot, of what was compiled here in this mode. */
export function slotMs(entries: readonly Compiled[], mode: string): number {
  let ms = 0
  let total = 0
  for (const { mode: its, slots, compileMs } of entries) {
    if (its !== mode || typeof slots !== 'number' || typeof compileMs !== 'number' || slots < TELLING_SLOTS) continue
    ms += Math.max(0, compileMs - START_MS)
    total += slots
  }
  return total === 0 ? SLOT_MS : ms / total
}

/** Milliseconds that compiling a guest for a mode is estimated to take. */
export async function estimatedCompileMs(image: Image, mode: string, cache: Cache): Promise<number> {
  const entries = await cache.list()
  const infos = entries.map(({ manifest }) => manifest.info)
  return Math.round(START_MS + nativeCode(image, 4).slots * slotMs(infos, mode))
}
