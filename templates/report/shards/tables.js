/** Tables of a report of shards. */
import { button, element, grouped } from '../profile/dom.js'
import { shareColumn, Table } from '../profile/table.js'

/** @typedef {import('./data.js').Data} Data */
/** @typedef {import('./data.js').Shard} Shard */
/** @typedef {import('./data.js').Entry} Entry */
/** @typedef {import('./data.js').Pair} Pair */
/** @typedef {import('./data.js').Copies} Copies */
/** @typedef {import('./data.js').Change} Change */

/**
 * What all tables show.
 * @typedef {object} Choice
 * @property {number} shard
 * @property {string} search
 */

/** @typedef {(choice: Choice) => void} Show */

const COUNTERS = [
  'start',
  'instructions',
  'external writes',
  'static',
  'dynamic',
  'external reads',
  'copied',
  'registers',
  'words',
  'leaves',
  'pages',
]
const WRITES = 3
const READS = 6

/** @param {string} search @param {...string} texts */
const matches = (search, ...texts) => texts.some(text => text.toLowerCase().includes(search.toLowerCase()))

/** @param {Shard} shard */
const cells = shard => shard[12] + shard[13]

/** @param {HTMLElement} place @param {Data} data @param {(shard: number) => void} choose @returns {Show} */
export function shardsTable(place, { shards }, choose) {
  const most = (/** @type {(shard: Shard) => number} */ value) =>
    shards.reduce((greatest, shard) => Math.max(greatest, value(shard)), 1)
  const bar = (/** @type {string} */ title, /** @type {(shard: Shard) => number} */ value) => {
    const whole = most(value)
    const share = (/** @type {Shard} */ shard) => value(shard) / whole
    return { title, value, cell: (/** @type {Shard} */ shard) => grouped(value(shard)), share }
  }
  const columns = [
    {
      title: 'shard',
      value: (/** @type {Shard} */ [number]) => number,
      cell: (/** @type {Shard} */ [number]) => button(`${number}`, () => choose(number), { className: 'link' }),
    },
    ...COUNTERS.map((title, index) => {
      const value = (/** @type {Shard} */ shard) => shard[index + 1]
      return index + 1 === WRITES || index + 1 === READS ? bar(title, value) : { title, value }
    }),
    bar('cells', cells),
  ]
  let chosen = -1
  const rowClass = (/** @type {Shard} */ [number]) => (number === chosen ? 'chosen' : '')
  const table = new Table(place, { label: 'Shards', sort: 0, isDown: false, rowClass })
  return ({ shard }) => {
    chosen = shard
    table.show(shards, columns)
  }
}

/**
 * Of one shard, or of all.
 * @param {HTMLElement} place
 * @param {readonly Entry[]} entries
 * @param {{ label: string, of: string, hasAddresses?: boolean }} what
 * @returns {Show}
 */
export function entriesTable(place, entries, { label, of, hasAddresses = false }) {
  const table = new Table(place, { label, sort: hasAddresses ? 2 : 1 })
  return ({ shard, search }) => {
    const own = entries.filter(entry => entry.shard === shard)
    const sum = (/** @type {(entry: Entry) => number} */ value) => own.reduce((all, entry) => all + value(entry), 0)
    const written = (/** @type {Entry} */ entry) => entry.written
    const read = (/** @type {Entry} */ entry) => entry.read
    const address = { title: 'address', isText: true, value: (/** @type {Entry} */ entry) => entry.at }
    const columns = [
      { title: of, isText: true, value: (/** @type {Entry} */ entry) => entry.name },
      ...(hasAddresses ? [address] : []),
      { title: 'external writes', value: written },
      shareColumn('of writes', written, sum(written)),
      { title: 'external reads', value: read },
      shareColumn('of reads', read, sum(read)),
    ]
    table.show(
      own.filter(entry => matches(search, entry.name, entry.at)),
      columns,
    )
  }
}

/** @param {HTMLElement} place @param {Data} data @returns {Show} */
export function pairsTable(place, { pairs }) {
  place.append(element('p', { className: 'remark', textContent: 'Of all shards.' }))
  const table = new Table(place, { label: 'Pairs of instructions', sort: 0 })
  const columns = [
    { title: 'words', value: (/** @type {Pair} */ pair) => pair.words },
    { title: 'region', isText: true, value: (/** @type {Pair} */ pair) => pair.region },
    { title: 'left by', isText: true, value: (/** @type {Pair} */ { producer: [name] }) => name },
    { title: 'at', isText: true, value: (/** @type {Pair} */ { producer: [, at] }) => at },
    { title: 'taken up by', isText: true, value: (/** @type {Pair} */ { consumer: [name] }) => name },
    { title: 'at', isText: true, value: (/** @type {Pair} */ { consumer: [, at] }) => at },
  ]
  return ({ search }) =>
    table.show(
      pairs.filter(({ region, producer, consumer }) => matches(search, region, ...producer, ...consumer)),
      columns,
    )
}

/** @param {HTMLElement} place @param {Data} data @returns {Show} */
export function copiesTable(place, { copies }) {
  const text = 'Of all shards. A routine that is not inlined has code of its own, and who called it is not known.'
  place.append(element('p', { className: 'remark', textContent: text }))
  const table = new Table(place, { label: 'Copy routines', sort: 2 })
  const columns = [
    { title: 'copy routine', isText: true, value: (/** @type {Copies} */ row) => row.routine },
    { title: 'inlined in', isText: true, value: (/** @type {Copies} */ row) => row.caller },
    { title: 'external writes', value: (/** @type {Copies} */ row) => row.written },
    { title: 'external reads', value: (/** @type {Copies} */ row) => row.read },
  ]
  return ({ search }) =>
    table.show(
      copies.filter(({ routine, caller }) => matches(search, routine, caller)),
      columns,
    )
}

/** @param {HTMLElement} place @param {NonNullable<Data['comparison']>} comparison @returns {Show} */
export function comparisonTable(place, { base, changes }) {
  place.append(element('p', { className: 'remark', textContent: `Compared with ${base}.` }))
  const table = new Table(place, { label: 'Comparison', sort: 0, isDown: false })
  const difference = (/** @type {Change} */ { base: before, now }) => now - before
  const columns = [
    { title: 'of', isText: true, value: (/** @type {Change} */ { of }) => of },
    { title: 'name', isText: true, value: (/** @type {Change} */ { name }) => name },
    { title: 'compared', value: (/** @type {Change} */ change) => change.base },
    { title: 'this', value: (/** @type {Change} */ { now }) => now },
    { title: 'change', value: difference },
    {
      title: 'percent',
      value: (/** @type {Change} */ change) => difference(change) / change.base,
      cell: (/** @type {Change} */ change) =>
        change.base === 0 ? '–' : `${((100 * difference(change)) / change.base).toFixed(2)} %`,
    },
  ]
  return ({ search }) =>
    table.show(
      changes.filter(({ of, name }) => matches(search, of, name)),
      columns,
    )
}
