/** The page of a report of shards: its views, and what happens when something is chosen. */
import { byId } from '../profile/dom.js'
import { Tabs } from '../profile/tabs.js'
import { ALL_SHARDS, dataOf } from './data.js'
import { comparisonTable, copiesTable, entriesTable, pairsTable, shardsTable } from './tables.js'

const data = dataOf(JSON.parse(byId('data').textContent))
const choice = { shard: ALL_SHARDS, search: '' }
let shownTab = 'shards'
const panel = (/** @type {string} */ name) => byId(`panel-${name}`)

/** Those that there is something to show of. @type {Map<string, [title: string, show: (of: typeof choice) => void]>} */
const views = new Map([
  ['shards', ['Shards', shardsTable(panel('shards'), data, shard => choose({ shard }))]],
  ['regions', ['Regions', entriesTable(panel('regions'), data.regions, { label: 'Regions', of: 'region' })]],
  [
    'functions',
    ['Functions', entriesTable(panel('functions'), data.functions, { label: 'Functions', of: 'function' })],
  ],
  [
    'instructions',
    [
      'Instructions',
      entriesTable(panel('instructions'), data.instructions, {
        label: 'Instructions',
        of: 'function',
        hasAddresses: true,
      }),
    ],
  ],
  ['pairs', ['Pairs', pairsTable(panel('pairs'), data)]],
])
if (data.copies.length > 0) views.set('copies', ['Copy routines', copiesTable(panel('copies'), data)])
if (data.comparison !== undefined)
  views.set('comparison', ['Comparison', comparisonTable(panel('comparison'), data.comparison)])

const tabs = new Tabs(
  byId('tabs'),
  [...views].map(([name, [title]]) => ({ name, title, panel: panel(name) })),
  name => {
    shownTab = name
    views.get(name)?.[1](choice)
  },
)

/** @param {Partial<typeof choice>} change */
function choose(change) {
  Object.assign(choice, change)
  const isAll = choice.shard === ALL_SHARDS
  byId('chosen').textContent = isAll ? 'All shards' : `Shard ${choice.shard}`
  byId('all').hidden = isAll
  views.get(shownTab)?.[1](choice)
}

byId('guest').textContent = data.guest.path
byId('facts').textContent = data.facts
byId('all').addEventListener('click', () => choose({ shard: ALL_SHARDS }))
/** @type {HTMLInputElement} */
const search = byId('search')
search.addEventListener('input', () => choose({ search: search.value }))
tabs.show('shards')
choose({})
