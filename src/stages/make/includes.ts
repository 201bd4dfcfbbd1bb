/** Which files of a project a C file reads, by its own lines. */
import { posix } from 'node:path'

export interface Include {
  readonly name: string
  /** In quotation marks: a file of the project. */
  readonly isQuoted: boolean
}

/** A file of a project, by what is known of it. */
export interface IncludingFile {
  readonly path: string
  readonly includes?: readonly Include[] | undefined
}

const LINE = /^[ \t]*#[ \t]*include[ \t]+(?:"([^"\n]+)"|<([^>\n]+)>)[ \t]*(?:\/\*.*\*\/[ \t]*)?$/gm
/** Whatever else reads a file, or asks whether there is one. */
const READING = /#\s*(?:include|import|embed)|__has_|incbin|%:|\?\?=/

/** Undefined where the lines do not tell. */
export function includesOf(content: string): readonly Include[] | undefined {
  if (READING.test(content.replaceAll(LINE, ''))) return undefined
  return [...content.matchAll(LINE)].map(([, quoted, angled]) => ({
    name: (quoted ?? angled)!,
    isQuoted: quoted !== undefined,
  }))
}

/**
 * All files of the project that compiling one of them reads, sorted by path; undefined where that is not certain. A
 * name may mean a file beside the one that has it, or one in the project's own directory; others are the system's.
 */
export function filesRead<File extends IncludingFile>(
  of: File,
  files: ReadonlyMap<string, File>,
): readonly File[] | undefined {
  const found = new Set<File>()
  const waiting = [of]
  for (const { path, includes } of waiting) {
    if (includes === undefined) return undefined
    for (const { name, isQuoted } of includes) {
      const places = new Set([posix.join(posix.dirname(path), name), posix.normalize(name)])
      const here = [...places].map(place => files.get(place)).filter(each => each !== undefined)
      const isOutside = posix.isAbsolute(name) || name.split('/').includes('..')
      if (here.length === 0 && (isQuoted || isOutside)) return undefined
      for (const header of here) {
        if (found.has(header)) continue
        found.add(header)
        waiting.push(header)
      }
    }
  }
  return [...found].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
