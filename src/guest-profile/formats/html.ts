/** A profile as one HTML file that needs nothing else: flame graph, tables by function, line, opcode and chip. */
import { resourceText } from '../../resources.ts'
import type { GuestProfile } from '../guest-profile.ts'
import type { ProfileFormat } from './format.ts'
import { pageData, type PageOptions } from './html/data.ts'
import { contentHash, pageScript } from './html/script.ts'

export type { PageOptions, PageSegment } from './html/data.ts'

/** Names of a guest are data, whatever is in them: nothing there ends the element that holds them. */
const asData = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)

function* dataText(profile: GuestProfile, options: PageOptions): Generator<string> {
  let before = '{'
  for (const [key, value] of Object.entries(pageData(profile, options))) {
    if (value === undefined) continue
    yield `${before}${JSON.stringify(key)}:${asData(value)}`
    before = ',\n'
  }
  yield '}'
}

/** The page runs its own script and nothing else, and asks nobody for anything. */
const policy = (style: string, script: string): string =>
  [
    "default-src 'none'",
    `style-src '${contentHash(style)}'`,
    `script-src '${contentHash(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')

function* page(profile: GuestProfile, options: PageOptions): Generator<string> {
  const style = resourceText('templates/report/profile/page.css')
  const script = pageScript()
  const parts: Readonly<Record<string, () => Iterable<string>>> = {
    POLICY: () => [policy(style, script)],
    STYLE: () => [style],
    DATA: () => dataText(profile, options),
    SCRIPT: () => [script],
  }
  const template = resourceText('templates/report/profile.html')
  // The texts between the names of parts, and these.
  for (const [index, text] of template.split(/\/\* ([A-Z]+) \*\//).entries()) {
    if (index % 2 === 0) yield text
    else yield* parts[text]!()
  }
}

/** Source lines show their text where `sources` has it, segments are shown where they are given. */
export const html = {
  name: 'html',
  extension: '.html',
  summary: 'one page for browsers: flame graph, functions, source lines, opcodes, chips',
  isBinary: false,
  write: page,
} satisfies ProfileFormat
