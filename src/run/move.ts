/** Takes an interpreted guest into a native instance: registers, memory that is not zero, the mode's area. */
import { touchedStretches } from '../load/touched.ts'
import { isZero, PAGE_BYTES, STRETCH_BYTES } from '../program/nonzero-pages.ts'
import { copyLanes } from '../program/hart.ts'
import type { Attachment } from './engine.ts'

/** Makes `target`, which is all zero, equal to `source`. False when `isStopped` answered true before it was done. */
function copyTouched(source: Uint8Array, target: Uint8Array, isStopped: () => boolean): boolean {
  for (const from of touchedStretches(source)) {
    if (isStopped()) return false
    const stretch = source.subarray(from, from + STRETCH_BYTES)
    if (isZero(stretch)) continue
    for (let at = 0; at < stretch.length; at += PAGE_BYTES) {
      const page = stretch.subarray(at, at + PAGE_BYTES)
      if (!isZero(page)) target.set(page, from + at)
    }
  }
  return true
}

/**
 * Fills the fresh instance `to` with the guest in `from`, which stays as it is; `areaBytes` of the mode's area
 * come along, 0 where there is none. False when `isStopped` answered true before it was done: the instance is of no use
 * then.
 */
export function moveGuest(from: Attachment, to: Attachment, areaBytes: number, isStopped: () => boolean): boolean {
  copyLanes(from.hart, to.hart)
  const areaOf = ({ site: { area } }: Attachment): Uint8Array => new Uint8Array(area!.buffer, area!.offset, areaBytes)
  return (
    copyTouched(from.hart.memory, to.hart.memory, isStopped) &&
    (areaBytes === 0 || copyTouched(areaOf(from), areaOf(to), isStopped))
  )
}
