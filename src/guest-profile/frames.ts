/** Where executed instructions stand: functions with what was inlined into them, as a static tree of frames. */
import { debugInfoOf, type SourcePlace } from '../elf/dwarf/debug-info.ts'
import type { Image } from '../elf/image.ts'
import { lastAtMost } from '../elf/search.ts'
import { OTHER, UNMATCHED } from '../modes/calls/counts.ts'
import { FunctionNames } from './function-names.ts'
import type { ProfiledFunction } from './guest-profile.ts'

/** A function (of those that the mode counts by) or an inlined call in its parent; parents come first. */
export interface Frames {
  /** -1: a function itself. */
  readonly parent: Int32Array
  /** Index in `functions`. */
  readonly function: Uint32Array
  /** Where in the parent the first of the inlined calls stands. */
  readonly callFile: Int32Array
  readonly callLine: Uint32Array
}

export interface CodeSources {
  readonly files: readonly string[]
  readonly functions: readonly ProfiledFunction[]
  /** By what stands for none of the guest's functions: index in `functions`. */
  readonly outside: ReadonlyMap<number, number>
  readonly frames: Frames
  /** By function that the mode counts by: its frame, -1 where the run never came to it. */
  readonly frameOf: Int32Array
  /** By executed instruction: its innermost frame, and its line. */
  readonly frame: Uint32Array
  readonly file: Int32Array
  readonly line: Uint32Array
  /** By executed instruction: the function that the mode counts it by. */
  readonly counted: Uint32Array
}

const OWN_NAMES: Readonly<Record<number, string>> = { [UNMATCHED]: '[unmatched]', [OTHER]: '[other contexts]' }

/** What has a number for each text. */
class Texts {
  readonly list: string[] = []
  readonly #known = new Map<string, number>()

  of(text: string): number {
    let index = this.#known.get(text)
    if (index === undefined) {
      this.#known.set(text, (index = this.list.length))
      this.list.push(text)
    }
    return index
  }
}

interface Frame {
  readonly symbol: number
  readonly callFile: number
  readonly callLine: number
  readonly children: Map<number, Frame>
  /** In the order of the tree. */
  number: number
}

/** A source's place, by number. */
type Place = readonly [file: number, line: number]
const NOWHERE: Place = [-1, 0]

/**
 * @param starts first addresses of the functions that the mode counts by, ascending
 * @param used those that have a path, whether they executed anything or not; or what stands for none of them
 */
export function sourcesOf(image: Image, pcs: Uint32Array, starts: Uint32Array, used: Iterable<number>): CodeSources {
  const debug = debugInfoOf(image)
  const files = new Texts()
  const names = new FunctionNames(image)
  const place = (of: SourcePlace | undefined): Place => (of === undefined ? NOWHERE : [files.of(of.file), of.line])
  const roots = new Map<number, Frame>()
  const rootOf = (counted: number): Frame => {
    let root = roots.get(counted)
    if (root === undefined) {
      const symbol = names.ofStart(starts[counted]!, place(debug.placeAt(starts[counted]!)))
      roots.set(counted, (root = newFrame(symbol, NOWHERE)))
    }
    return root
  }
  const innermost: Frame[] = []
  const file = new Int32Array(pcs.length)
  const line = new Uint32Array(pcs.length)
  const counted = new Uint32Array(pcs.length)
  for (const [index, pc] of pcs.entries()) {
    counted[index] = lastAtMost(starts.length, pc, at => starts[at]!)
    const chain = debug.framesAt(pc)
    const own = place(chain[0]?.place)
    ;[file[index], line[index]] = own
    let frame = rootOf(counted[index]!)
    for (let at = chain.length - 1; at >= 0; at--) {
      const { symbol, isInlined, place: stands } = chain[at]!
      if (!isInlined) continue
      frame = childOf(frame, names.ofInlined(symbol, place(stands)), place(chain[at + 1]?.place))
    }
    innermost.push(frame)
  }
  const outside = new Map<number, number>()
  for (const each of used) {
    if (each >= 0) rootOf(each)
    else outside.set(each, names.ofOwn(OWN_NAMES[each]!))
  }
  const inOrder = numbered([...roots].toSorted(([a], [b]) => a - b).map(([, frame]) => frame))
  const { functions, indexOf } = names.resolve()
  const frameOf = new Int32Array(starts.length).fill(-1)
  for (const [index, { number }] of roots) frameOf[index] = number
  return {
    files: files.list,
    functions,
    outside: new Map([...outside].map(([each, symbol]) => [each, indexOf[symbol]!])),
    frames: {
      parent: Int32Array.from(inOrder, ([, parent]) => parent?.number ?? -1),
      function: Uint32Array.from(inOrder, ([{ symbol }]) => indexOf[symbol]!),
      callFile: Int32Array.from(inOrder, ([{ callFile }]) => callFile),
      callLine: Uint32Array.from(inOrder, ([{ callLine }]) => callLine),
    },
    frameOf,
    frame: Uint32Array.from(innermost, ({ number }) => number),
    file,
    line,
    counted,
  }
}

const newFrame = (symbol: number, [callFile, callLine]: Place): Frame => ({
  symbol,
  callFile,
  callLine,
  children: new Map(),
  number: -1,
})

function childOf({ children }: Frame, symbol: number, call: Place): Frame {
  let child = children.get(symbol)
  if (child === undefined) children.set(symbol, (child = newFrame(symbol, call)))
  return child
}

/** With their parents, these in front of them. */
function numbered(roots: readonly Frame[]): [Frame, Frame | undefined][] {
  const inOrder: [Frame, Frame | undefined][] = []
  const waiting: [Frame, Frame | undefined][] = roots.map((root): [Frame, undefined] => [root, undefined]).toReversed()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [frame] = next
    frame.number = inOrder.length
    inOrder.push(next)
    for (const child of [...frame.children.values()].toReversed()) waiting.push([child, frame])
  }
  return inOrder
}
