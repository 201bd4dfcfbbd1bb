/** The page: its parts and what they show. */
import { button, byId, counted, element, percent } from './dom.js'
import { detailsOf, spoken } from './details.js'
import { FlameGraph } from './flame.js'
import { FrameTree } from './frames.js'
import { functionsTable } from './functions.js'
import { ALL_STEPS, functionRows, withBelow } from './measure.js'
import { paletteOf } from './palette.js'
import { profileOf } from './profile.js'
import { searchFrames } from './search.js'
import { segmentsTable, sharesTable, stepName, stepsTable, totalsText } from './shares.js'
import { sourceView } from './source.js'
import { Tabs } from './tabs.js'
import { firstChoice, viewer } from './view.js'

/** @typedef {import('./view.js').Choice} Choice */

const profile = profileOf(JSON.parse(byId('data').textContent))
const memory = profile.nodes.memory && withBelow(profile.nodes, profile.nodes.memory)
const viewOf = viewer(profile)
const choice = firstChoice(profile)
let view = viewOf(choice)

const darkness = matchMedia('(prefers-color-scheme: dark)')
const dearestFirst = functionRows(profile, view.measure)
  .toSorted((a, b) => b.self - a.self)
  .map(row => row.function)
const palette = () => paletteOf(profile.functions.name, dearestFirst, darkness.matches)

const flame = new FlameGraph(
  { scroller: byId('graph'), spacer: byId('spacer'), canvas: byId('canvas'), tooltip: byId('tooltip') },
  new FrameTree(profile, view.measure, choice),
  palette(),
  frame => {
    const tree = flame.tree
    byId('spoken').textContent = spoken(frame, tree)
    const { measures, unit } = view
    const go = (/** @type {typeof frame} */ other) => {
      flame.enter(other)
      byId('graph').focus()
    }
    byId('details').replaceChildren(...detailsOf(frame, { tree, measures, memory, unit, go, look }))
  },
)
darkness.addEventListener('change', () => flame.paintWith(palette()))

/** @param {number | undefined} focus @param {boolean} isInverted */
function look(focus, isInverted) {
  choose({ focus, isInverted })
  tabs.show('graph')
  byId('graph').focus()
}

/** @type {Record<string, (of: typeof view) => void>} */
const tables = {}
const panel = (/** @type {string} */ name) => byId(`panel-${name}`)
const hasSteps = profile.steps.length > 1
const { opcodes, chips, segments } = profile
tables.functions = functionsTable(panel('functions'), profile, focus => look(focus, false))
tables.source = sourceView(panel('source'), profile)
tables.opcodes = sharesTable(panel('opcodes'), {
  label: 'Opcodes',
  of: 'opcode',
  counts: 'times',
  shares: opcodes,
  hasSteps,
})
tables.chips = sharesTable(panel('chips'), { label: 'Chips', of: 'chip', counts: 'rows', shares: chips, hasSteps })
if (hasSteps) tables.steps = stepsTable(panel('steps'), profile, step => choose({ step }))
if (segments !== undefined) tables.segments = segmentsTable(panel('segments'), segments)

const titles = {
  graph: 'Flame graph',
  functions: 'Functions',
  source: 'Source',
  opcodes: 'Opcodes',
  chips: 'Chips',
  steps: 'Steps',
  segments: 'Segments',
}
let shownTab = 'graph'
for (const name of Object.keys(titles)) panel(name).hidden = true
const tabs = new Tabs(
  byId('tabs'),
  Object.entries(titles)
    .filter(([name]) => name === 'graph' || name in tables)
    .map(([name, title]) => ({ name, title, panel: panel(name) })),
  name => {
    shownTab = name
    if (name === 'graph') flame.draw()
    else tables[name](view)
  },
)

/** Says which of some buttons is pressed. @param {string} group @param {string} pressed */
function press(group, pressed) {
  for (const each of byId(group).children) {
    const isPressed = each instanceof HTMLElement && each.dataset.value === pressed
    each.setAttribute('aria-pressed', String(isPressed))
  }
}

/** @param {string} group @param {[value: string, title: string, change: Partial<Choice>][]} buttons */
function choiceOf(group, buttons) {
  for (const [value, title, change] of buttons) {
    const made = button(title, () => choose(change))
    made.dataset.value = value
    byId(group).append(made)
  }
}

function search() {
  const { finds, measure, wanted } = view
  const found = finds && searchFrames(profile, measure, finds)
  flame.highlight(found)
  const share =
    found && `${counted(found.functions, 'function')}, ${percent(found.share, measure.total[0])} of ${view.unit}`
  byId('found').textContent = wanted === '' ? '' : (share ?? 'no regular expression')
}

/** @param {Partial<Choice>} change */
function choose(change) {
  Object.assign(choice, change)
  view = viewOf(choice)
  const { unit, step, isInverted, focus } = choice
  press('units', unit)
  press('directions', isInverted ? 'inverted' : 'down')
  byId('whole').hidden = focus === undefined
  const which = isInverted ? 'Who calls' : 'Only'
  byId('shown').textContent = focus === undefined ? '' : `${which} ${profile.functions.name[focus]}`
  const steps = /** @type {HTMLSelectElement} */ (byId('step'))
  steps.value = String(step)
  if (!('wanted' in change)) flame.show(new FrameTree(profile, view.measure, choice))
  search()
  if (shownTab !== 'graph') tables[shownTab](view)
}

document.title = `${profile.guest.name} – guest profile`
byId('guest').textContent = profile.guest.name
const how = profile.outcome === 'terminated' ? '' : ` · ${profile.outcome}`
byId('facts').textContent = `${totalsText(profile)}${how} · machine ${profile.machine.name} · RV${profile.guest.xlen}`
byId('facts').title = `Guest ${profile.guest.digest}\nMachine ${profile.machine.digest}`
byId('warnings').hidden = profile.warnings.length === 0
byId('warnings').append(...profile.warnings.map(textContent => element('li', { textContent })))

choiceOf('units', [
  ['cells', 'Cells', { unit: 'cells' }],
  ['instructions', 'Instructions', { unit: 'instructions' }],
])
choiceOf('directions', [
  ['down', 'Top down', { isInverted: false }],
  ['inverted', 'Inverted (callers)', { isInverted: true }],
])
byId('steps-label').hidden = !hasSteps
const stepOption = (/** @type {string} */ text, /** @type {number} */ step) =>
  element('option', { textContent: text, value: String(step) })
byId('step').append(
  stepOption('all', ALL_STEPS),
  ...profile.steps.map((step, index) => stepOption(stepName(step), index)),
)
byId('step').addEventListener('change', () =>
  choose({ step: Number(/** @type {HTMLSelectElement} */ (byId('step')).value) }),
)
byId('whole').addEventListener('click', () => choose({ focus: undefined }))

const searchField = /** @type {HTMLInputElement} */ (byId('search'))
searchField.addEventListener('input', () => choose({ wanted: searchField.value.trim() }))
searchField.addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    searchField.value = ''
    choose({ wanted: '' })
  } else if (event.key !== 'Enter') return
  if (shownTab === 'graph') byId('graph').focus()
  event.preventDefault()
})
document.addEventListener('keydown', event => {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement
  if (event.key !== '/' || isTyping || event.ctrlKey || event.altKey || event.metaKey) return
  searchField.focus()
  searchField.select()
  event.preventDefault()
})

tabs.show('graph')
choose({})
flame.select(flame.tree.root)
