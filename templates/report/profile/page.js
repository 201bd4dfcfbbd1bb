/** The page: its views, and what happens when something is chosen. */
import { byId } from './dom.js'
import { detailsOf, spoken } from './details.js'
import { FlameGraph } from './flame.js'
import { FrameTree } from './frames.js'
import { functionsTable } from './functions.js'
import { fillHeader } from './header.js'
import { functionRows, withBelow } from './measure.js'
import { paletteOf } from './palette.js'
import { profileOf } from './profile.js'
import { searchFrames } from './search.js'
import { segmentsTable, sharesTable, stepsTable } from './shares.js'
import { sourceView } from './source.js'
import { Tabs } from './tabs.js'
import { toolbar } from './toolbar.js'
import { firstChoice, viewer } from './view.js'

/** @typedef {import('./view.js').Choice} Choice */

const profile = profileOf(JSON.parse(byId('data').textContent))
const memory = profile.nodes.memory && withBelow(profile.nodes, profile.nodes.memory)
const viewOf = viewer(profile)
const choice = firstChoice(profile)
let view = viewOf(choice)
/** @type {import('./search.js').Found | undefined} */
let found
let shownTab = 'graph'

const darkness = matchMedia('(prefers-color-scheme: dark)')
const dearestFirst = functionRows(profile, view.measure)
  .toSorted((a, b) => b.self - a.self)
  .map(row => row.function)
const palette = () => paletteOf(profile.functions.name, dearestFirst, darkness.matches)

const flame = new FlameGraph(
  { scroller: byId('graph'), spacer: byId('spacer'), canvas: byId('canvas'), tooltip: byId('tooltip') },
  new FrameTree(profile, view.measure, choice),
  palette(),
  {
    onSelect: frame => {
      const { tree } = flame
      byId('spoken').textContent = spoken(frame, tree)
      const go = (/** @type {typeof frame} */ other) => {
        flame.enter(other)
        byId('graph').focus()
      }
      byId('details').replaceChildren(...detailsOf(frame, { tree, view, memory, go, look }))
    },
    onLeave: () => choose({ focus: undefined }),
  },
)
darkness.addEventListener('change', () => flame.paintWith(palette()))

/** Shows one function. @param {number} focus @param {boolean} isInverted */
function look(focus, isInverted) {
  tabs.show('graph')
  choose({ focus, isInverted })
  byId('graph').focus()
}

function showGraph() {
  const { tree } = flame
  const { measure, isInverted, focus } = view
  const isSame = tree.measure === measure && tree.isInverted === isInverted && tree.focus === focus
  flame.show(isSame ? tree : new FrameTree(profile, measure, choice), found)
}

const hasSteps = profile.steps.length > 1
const { opcodes, chips, segments } = profile
const panel = (/** @type {string} */ name) => byId(`panel-${name}`)
const aboutOpcodes = { label: 'Opcodes', of: 'opcode', counts: 'times', shares: opcodes, hasSteps }
const aboutChips = { label: 'Chips', of: 'chip', counts: 'rows', shares: chips, hasSteps }

/** Those that there is something to show of. @type {Map<string, [title: string, show: (of: typeof view) => void]>} */
const views = new Map([
  ['graph', ['Flame graph', showGraph]],
  ['functions', ['Functions', functionsTable(panel('functions'), profile, focus => look(focus, false))]],
  ['source', ['Source', sourceView(panel('source'), profile)]],
  ['opcodes', ['Opcodes', sharesTable(panel('opcodes'), aboutOpcodes)]],
  ['chips', ['Chips', sharesTable(panel('chips'), aboutChips)]],
])
if (hasSteps) views.set('steps', ['Steps', stepsTable(panel('steps'), profile, step => choose({ step }))])
if (segments !== undefined) views.set('segments', ['Segments', segmentsTable(panel('segments'), segments)])

const showTools = toolbar(profile, choose, () => {
  if (shownTab === 'graph') byId('graph').focus()
})
const tabs = new Tabs(
  byId('tabs'),
  [...views].map(([name, [title]]) => ({ name, title, panel: panel(name) })),
  name => {
    shownTab = name
    views.get(name)?.[1](view)
  },
)

/** @param {Partial<Choice>} change */
function choose(change) {
  Object.assign(choice, change)
  view = viewOf(choice)
  found = view.finds && searchFrames(profile, view.measure, view.finds)
  showTools(view, found)
  views.get(shownTab)?.[1](view)
}

fillHeader(profile)
tabs.show('graph')
choose({})
