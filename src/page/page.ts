/** A report as one HTML file that needs nothing else. */
import { resourceText } from '../resources.ts'
import { contentHash, pageScript } from './script.ts'

export interface Page {
  /** Resources: the markup, in which comments name the parts, the style, and the script's main module. */
  readonly template: string
  readonly style: string
  readonly main: string
  /** Parts of one object. Those that are undefined are left out. */
  readonly data: object
}

/** Characters that nobody sees, or that put others in another order. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** A guest's name, with all that is in it. */
export const visible = (name: string): string =>
  name.replaceAll(UNSEEN, character => `\\u{${character.codePointAt(0)!.toString(16)}}`)

/** Names of a guest are data, whatever is in them: nothing there ends the element that holds them. */
const asData = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)

function* dataText(data: object): Generator<string> {
  let before = '{'
  for (const [key, value] of Object.entries(data)) {
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

export function* pageText({ template, style, main, data }: Page): Generator<string> {
  const [styleText, script] = [resourceText(style), pageScript(main)]
  const parts: Readonly<Record<string, () => Iterable<string>>> = {
    POLICY: () => [policy(styleText, script)],
    STYLE: () => [styleText],
    DATA: () => dataText(data),
    SCRIPT: () => [script],
  }
  // The texts between the names of parts, and these.
  for (const [index, text] of resourceText(template)
    .split(/\/\* ([A-Z]+) \*\//)
    .entries()) {
    if (index % 2 === 0) yield text
    else yield* parts[text]!()
  }
}
