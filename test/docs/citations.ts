/** What comments and pages cite: files by path, and sections in them by heading or anchor. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './blocks.ts'

export interface Citation {
  /** Path from the repository's root. */
  readonly file: string
  /** A heading as it is written, or an anchor behind `#`. */
  readonly section?: string | undefined
}

const COMMENT = /\/\*[^]*?\*\/|\/\/.*/g
const FENCED = /^```[^]*?^```$/gm
/** `docs/page.md`, `docs/page.md, "Heading"`, `docs/page.md#anchor`. */
const IN_TEXT = /(?<file>[\w./-]*\w\.md\b)(?:, "(?<heading>[^"]+)"|(?<anchor>#[\w-]+))?/g
const LINK = /\]\((?<file>[^)#\s:]*)(?<anchor>#[^)\s]*)?\)(?:, "(?<heading>[^"]+)")?/g

const inText = (text: string): Citation[] =>
  [...text.matchAll(IN_TEXT)].map(({ groups = {} }) => ({
    file: groups['file']!,
    section: groups['heading'] ?? groups['anchor'],
  }))

/** What comments of TypeScript or C cite, by paths from the repository's root, and pages in docs/ that strings name. */
export function citedInCode(source: string): Citation[] {
  const comments = (source.match(COMMENT) ?? []).map(comment => comment.replaceAll(/\n\s*\*?\s*/g, ' '))
  const named = source.match(/\bdocs\/[\w-]+\.md\b/g) ?? []
  return [...comments.flatMap(inText), ...named.map(file => ({ file }))]
}

/** What a page links to, and the sections that it names behind links; code is left out. */
export function citedInPage(page: string, content: string): Citation[] {
  const text = content.replaceAll(FENCED, '').replaceAll(/`[^`\n]*`/g, '')
  return [...text.matchAll(LINK)].flatMap(({ groups = {} }) => {
    const { file = '', anchor, heading } = groups
    const path = file === '' ? page : join(dirname(page), file)
    const sections = [anchor, heading].filter(section => section !== undefined)
    return sections.length === 0 ? [{ file: path }] : sections.map(section => ({ file: path, section }))
  })
}

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  `#${heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')}`

/** Headings and anchors of a page. */
export function sectionsOf(content: string): Set<string> {
  const headings = content.replaceAll(FENCED, '').match(/^#+ .+$/gm) ?? []
  const texts = headings.map(line => line.replace(/^#+ /, ''))
  return new Set(texts.flatMap(text => [text, text.replaceAll('`', ''), anchorOf(text)]))
}

const known = new Map<string, Set<string>>()

/** Does the file exist, and the section in it? */
export function isFound({ file, section }: Citation): boolean {
  const path = join(root, file)
  if (!existsSync(path)) return false
  if (section === undefined) return true
  let sections = known.get(file)
  if (sections === undefined) known.set(file, (sections = sectionsOf(readFileSync(path, 'utf8'))))
  return sections.has(section)
}
