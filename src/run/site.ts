/** Where a guest lives, as its mode sees it: the mode's area, and what the mode's C exports. */
import type { InstanceViews } from '../load/instance.ts'
import type { NativeLibrary } from '../load/library.ts'
import type { Site } from '../modes/collector.ts'
import type { NativePlace, Place } from './job.ts'

export function nativeSite(library: NativeLibrary, place: Omit<NativePlace, 'library'>, views: InstanceViews): Site {
  const { base, slots, memory, areaBytes } = place
  return {
    area: areaBytes === 0 ? undefined : views.area,
    native: {
      base,
      slots,
      perform: name => library.perform(name, memory),
      bitmap: name => library.bitmap(name, slots),
    },
  }
}

export const interpretedSite = ({ areaBytes }: Pick<Place, 'areaBytes'>, views: InstanceViews): Site => ({
  area: areaBytes === 0 ? undefined : views.area,
  native: undefined,
})
