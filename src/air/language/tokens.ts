/** The text of an AIR as lines of tokens. */
import { airError, type Place } from './place.ts'

/** Nobody writes longer AIRs by hand. */
const MAX_CHARACTERS = 1 << 18
const MAX_INDENT = 64

export interface Token {
  readonly kind: 'name' | 'number' | 'symbol'
  readonly text: string
  readonly at: Place
}

/** A statement's tokens. It may take several lines of the file: as long as a bracket is open. */
export interface Line {
  readonly indent: number
  readonly tokens: readonly Token[]
}

const NUMBER = String.raw`(?<number>0x[0-9a-fA-F]+|\d+)`
const NAME = String.raw`(?<name>[A-Za-z_]\w*(?:\.\w+)*)`
const SYMBOL = String.raw`(?<symbol>\*\*|//|\.\.|==|!=|<=|>=|<<|>>|&&|\|\||[-+*/%<>=!~&|^()[\],:])`
const TOKEN = new RegExp(String.raw`\s+|#.*|${NUMBER}|${NAME}|${SYMBOL}`, 'y')

/** @throws RvrError `MACHINE_INVALID` naming the place of what is no token, or of half a pair of brackets */
export function linesOf(text: string, file: string): readonly Line[] {
  if (text.length > MAX_CHARACTERS)
    throw airError({ file, line: 1, column: 1 }, `more than ${MAX_CHARACTERS} characters`, 'Cut it into several files.')
  const lines: Line[] = []
  let tokens: Token[] = []
  let indent = 0
  const open: Token[] = []
  for (const [index, written] of text.split('\n').entries()) {
    if (open.length === 0) {
      indent = written.length - written.trimStart().length
      if (indent > MAX_INDENT)
        throw airError({ file, line: index + 1, column: 1 }, `indented by more than ${MAX_INDENT}`)
    }
    for (const token of tokensOf(written, file, index + 1)) {
      tokens.push(token)
      if (token.text === '(' || token.text === '[') open.push(token)
      if (token.text === ')' || token.text === ']') close(open, token)
    }
    if (open.length > 0 || tokens.length === 0) continue
    lines.push({ indent, tokens })
    tokens = []
  }
  if (open.length > 0) throw airError(open.at(-1)!.at, `${open.at(-1)!.text} is not closed`)
  return lines
}

function close(open: Token[], token: Token): void {
  const opened = open.pop()
  if (opened === undefined || (opened.text === '(') !== (token.text === ')'))
    throw airError(token.at, `${token.text} closes nothing`)
}

function tokensOf(written: string, file: string, line: number): Token[] {
  const tokens: Token[] = []
  for (let from = 0; from < written.length;) {
    TOKEN.lastIndex = from
    const at: Place = { file, line, column: from + 1 }
    const found = TOKEN.exec(written)
    if (found === null) throw airError(at, `${JSON.stringify(written[from])} means nothing here`)
    const { number, name, symbol } = found.groups!
    if (number !== undefined) tokens.push({ kind: 'number', text: number, at })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, at })
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, at })
    from += found[0].length
  }
  return tokens
}
