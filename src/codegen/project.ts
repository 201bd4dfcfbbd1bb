/** The C project that code generation produces, in memory. */

export interface ProjectFile {
  /** Relative, with forward slashes. */
  readonly path: string
  readonly content: string
}

export interface Project {
  /** Every file of the project, sorted by path. */
  readonly files: readonly ProjectFile[]
  /** The C files that become objects, in the order of their numbers. */
  readonly units: readonly string[]
  /** Those of them whose text stays the same when another part of the guest changes; absent: none. */
  readonly reusable?: readonly string[]
}
