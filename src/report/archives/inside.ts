/** What is in an archive besides its frame. */
export interface Inside {
  readonly json: object
  /** Lines about all of it. */
  readonly head?: string
  /** What there is much of, below the sections. */
  readonly tables?: string
}
