/** The script of a page: modules of templates/report as one text, each behind those that it imports. */
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path/posix'
import { resourceText } from '../resources.ts'

const IMPORT = /^import \{[^}]*\} from '(\.\.?\/[a-z/-]+\.js)'\n/gm

/**
 * A page that is opened as a file cannot import other files. What modules declare at their top level has one scope
 * here, so names are unique among them.
 *
 * @param main resource that imports all others
 */
export function pageScript(main: string): string {
  const texts = new Map<string, string>()
  const add = (name: string): void => {
    if (texts.has(name)) return
    const text = resourceText(name)
    texts.set(name, '')
    for (const [, imported] of text.matchAll(IMPORT)) add(join(dirname(name), imported!))
    texts.delete(name)
    texts.set(name, text.replaceAll(IMPORT, '').replaceAll(/^export /gm, ''))
  }
  add(main)
  return `\n'use strict'\n${[...texts.values()].join('\n')}`
}

/** As a content security policy names what an element holds. */
export const contentHash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
