/** The fenced blocks of README and docs/, each with what an HTML comment in front of it says to the tests. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Block {
  /** Path from the repository's root, and the line of the fence. */
  readonly page: string
  readonly line: number
  /** What stands behind the fence: `sh`, `ts`, or nothing for what a terminal shows. */
  readonly language: string
  readonly text: string
  /** `<!-- not run: reason -->`. */
  readonly notRun?: string
  /** `<!-- setup` … `-->`: lines that run before those of the block. */
  readonly setup: string
}

/** All pages, README first. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .sort()
    .map(name => `docs/${name}`),
].filter(page => page.endsWith('.md'))

const FENCED = /(?:<!-- (?<comment>(?:not run:|setup)[^]*?) ?-->\n)?^```(?<language>\w*)\n(?<text>[^]*?)^```$/gm

export function blocksOf(page: string): Block[] {
  const content = readFileSync(join(root, page), 'utf8')
  return [...content.matchAll(FENCED)].map(({ index, groups = {} }): Block => {
    const { comment = '', language = '', text = '' } = groups
    const line = content.slice(0, content.indexOf('```', index)).split('\n').length
    const [, notRun] = /^not run: (.+)$/.exec(comment) ?? []
    const setup = comment.startsWith('setup') ? comment.slice('setup'.length).trim() : ''
    return { page, line, language, text, setup, ...(notRun !== undefined && { notRun }) }
  })
}
