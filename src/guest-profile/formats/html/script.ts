/** The script of the page: the modules of templates/report/profile as one text, each behind those that it imports. */
import { createHash } from 'node:crypto'
import { resourceText } from '../../../resources.ts'

const IMPORT = /^import \{[^}]*\} from '\.\/([a-z-]+\.js)'\n/gm

/**
 * A page that is opened as a file cannot import other files. What modules declare at their top level has one scope
 * here, so names are unique among them.
 */
export function pageScript(): string {
  const texts = new Map<string, string>()
  const add = (name: string): void => {
    if (texts.has(name)) return
    const text = resourceText(`templates/report/profile/${name}`)
    texts.set(name, '')
    for (const [, imported] of text.matchAll(IMPORT)) add(imported!)
    texts.delete(name)
    texts.set(name, text.replaceAll(IMPORT, '').replaceAll(/^export /gm, ''))
  }
  add('page.js')
  return `\n'use strict'\n${[...texts.values()].join('\n')}`
}

/** As a content security policy names what an element holds. */
export const contentHash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
