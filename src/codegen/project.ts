/** The C project that code generation produces, in memory. */

export interface ProjectFile {
  /** Relative, with forward slashes. */
  readonly path: string
  readonly content: string
  /** A unit whose text stays the same when other functions of the guest change: its object may come from the cache. */
  readonly reusable?: true
  /** C that says which headers it needs: its object may come from the cache wherever these are the same. */
  readonly shared?: true
}

export interface Project {
  /** Every file of the project, sorted by path. */
  readonly files: readonly ProjectFile[]
  /** The C files that become objects, in the order of their numbers. */
  readonly units: readonly string[]
}
