/** One thing that makes two keys differ, in words. */
export interface Difference<Kind extends string = string> {
  /** The part of the key, or the group of parts that belong together: `environment/TZ`, `tool/cc`, `flags/compile`. */
  readonly part: string
  /** What kind of thing differs, in a word. */
  readonly kind: Kind
  /** Its value then and now: text, or a digest; of lists only what the other side has not. Null: not there, unset. */
  readonly stored: string | null
  readonly now: string | null
  /** The difference in words. */
  readonly meaning: string
}
