/** Systems of tables that are proved to be measured: their AIRs, and traces that fulfil them. */

const P = 2013265921
const RANGE_ROWS = 2 ** 16

/** What a table is made of. Columns in this order: ranged ones, those of messages, triples, bits. */
export interface TableShape {
  readonly logRows: number
  /** Columns of 16 bits, each looked up in a table of all these. */
  readonly ranged?: number
  /** Messages that are sent, and as many that are received: those of the next row. */
  readonly pairs?: number
  /** Of each message. */
  readonly fields?: number
  /** (a, b, c): a·a·b = c, the next row's a is c + b, and the first row's is the triple's number. */
  readonly triples?: number
  readonly bits?: number
  /** Constraints that do nothing but ask for a product more. */
  readonly products?: number
}

export interface BenchTable {
  readonly cells: Uint32Array
  readonly width: number
  readonly logRows: number
}

export interface BenchSystem {
  /** An airs.json (docs/air.md). */
  readonly airs: unknown
  /** By AIR. */
  readonly main: readonly BenchTable[]
  /** Of the last AIRs. */
  readonly fixed: readonly BenchTable[]
}

const range = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index)

interface Places {
  readonly ranged: number
  readonly pairs: number
  readonly fields: number
  /** The first column of messages, of triples, of bits, and how many there are in all. */
  readonly messages: number
  readonly triples: number
  readonly bits: number
  readonly width: number
}

function placesOf({ ranged = 0, pairs = 0, fields = 0, triples = 0, bits = 0 }: TableShape): Places {
  const afterMessages = ranged + 2 * pairs * fields
  const afterTriples = afterMessages + 3 * triples
  const width = afterTriples + bits
  return { ranged, pairs, fields, messages: ranged, triples: afterMessages, bits: afterTriples, width }
}

const column = (at: number): unknown => ['m', at]
const bit = (at: number): unknown => ['-', ['*', column(at), column(at)], column(at)]

function airOf(shape: TableShape, number: number): unknown {
  const { ranged, pairs, fields, messages, triples, bits, width } = placesOf(shape)
  const ofTriples = range(shape.triples ?? 0).flatMap(triple => {
    const at = triples + 3 * triple
    const [a, b, c, next] = [column(at), column(at + 1), column(at + 2), ['m', at, 1]]
    return [
      ['-', ['*', ['*', a, a], b], c],
      ['*', ['first'], ['-', a, triple]],
      ['*', ['trans'], ['-', ['+', c, b], next]],
    ]
  })
  const constraints = [
    ...ofTriples,
    ...range(shape.bits ?? 0, bits).map(bit),
    ...range(shape.products ?? 0).map(at => ['*', bit(bits + Math.floor(at / width)), column(at % width)]),
  ]
  const message = (dir: string, from: number): unknown => ({
    bus: 'rows',
    dir,
    count: 1,
    weight: 1,
    fields: [number, ...range(fields, from).map(column)],
  })
  const interactions = [
    ...range(ranged).map(at => ({ bus: 'range', dir: 'send', count: 1, weight: 1, fields: [column(at)] })),
    ...range(2 * pairs).map(k => message(k % 2 === 0 ? 'send' : 'receive', messages + k * fields)),
  ]
  return { name: `table ${number}`, main: width, constraints, interactions }
}

/** a·b mod p without numbers above 2^53. */
function times(a: number, b: number): number {
  const high = Math.floor(a / 65536)
  return (((((high * b) % P) * 65536) % P) + (a % 65536) * b) % P
}

function randomWords(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state
  }
}

/** Counts of what is looked up go into `counts`. */
function tableOf(shape: TableShape, counts: Uint32Array): BenchTable {
  const { ranged, pairs, fields, messages, triples, bits, width } = placesOf(shape)
  const rows = 2 ** shape.logRows
  const cells = new Uint32Array(rows * width)
  const random = randomWords()
  for (let row = 0; row < rows; row++) {
    const at = row * width
    for (let k = 0; k < ranged; k++) {
      const value = random() >>> 16
      cells[at + k] = value
      counts[value]!++
    }
    for (let k = triples; k < bits; k += 3) {
      const a = row === 0 ? (k - triples) / 3 : (cells[at - width + k + 1]! + cells[at - width + k + 2]!) % P
      const b = (random() >>> 2) % P
      cells.set([a, b, times(times(a, a), b)], at + k)
    }
    for (let k = bits; k < width; k++) cells[at + k] = random() >>> 31
    /* What is sent here is received in the row before; the last row receives the first one's. */
    const before = ((row + rows - 1) % rows) * width
    for (let pair = 0; pair < pairs; pair++)
      for (let k = messages + 2 * pair * fields; k < messages + (2 * pair + 1) * fields; k++) {
        cells[at + k] = (random() >>> 2) % P
        cells[before + k + fields] = cells[at + k]!
      }
  }
  return { cells, width, logRows: shape.logRows }
}

export function systemOf(shapes: readonly TableShape[]): BenchSystem {
  const counts = new Uint32Array(RANGE_ROWS)
  const main = shapes.map(shape => tableOf(shape, counts))
  const isRanged = shapes.some(({ ranged = 0 }) => ranged > 0)
  const looked = {
    name: 'range',
    main: 1,
    fixed: 1,
    interactions: [{ bus: 'range', dir: 'receive', count: ['m', 0], weight: 0, fields: [['p', 0]] }],
  }
  const airs = [...shapes.map(airOf), ...(isRanged ? [looked] : [])]
  const ofRange = (cells: Uint32Array): BenchTable[] =>
    isRanged ? [{ cells, width: 1, logRows: Math.log2(RANGE_ROWS) }] : []
  return {
    airs: { format: 'rvr-airs/1', buses: ['rows', 'range'], airs },
    main: [...main, ...ofRange(counts)],
    fixed: ofRange(Uint32Array.from(counts.keys())),
  }
}
