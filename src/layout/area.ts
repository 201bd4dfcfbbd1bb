/** Where the memory lies that a mode has of its own (`Mode.area`). */

export interface AreaPlace {
  readonly buffer: ArrayBufferLike
  /** Bytes in front of the area. */
  readonly offset: number
}
