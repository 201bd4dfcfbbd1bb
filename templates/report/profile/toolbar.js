/** What is chosen for all views: unit, step, search; and the direction of the flame graph. */
import { button, byId, counted, element, percent } from './dom.js'
import { ALL_STEPS } from './measure.js'
import { stepName } from './shares.js'

/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {import('./view.js').Choice} Choice */
/** @typedef {import('./view.js').View} View */
/** @typedef {(change: Partial<Choice>) => void} Choose */

/** Buttons of which one is pressed. @param {string} id @param {Record<string, () => void>} actions by their titles */
function buttonGroup(id, actions) {
  const buttons = Object.entries(actions).map(([title, action]) => button(title, action))
  byId(id).append(...buttons)
  return (/** @type {number} */ pressed) => {
    for (const [index, each] of buttons.entries()) each.setAttribute('aria-pressed', String(index === pressed))
  }
}

/** @param {Profile} profile @param {Choose} choose */
function stepChoice({ steps }, choose) {
  const field = /** @type {HTMLSelectElement} */ (byId('step'))
  const names = new Map([
    [ALL_STEPS, 'all'],
    ...steps.map((step, index) => /** @type {const} */ ([index, stepName(step)])),
  ])
  field.append(...[...names].map(([step, textContent]) => element('option', { textContent, value: String(step) })))
  field.addEventListener('change', () => choose({ step: Number(field.value) }))
  byId('steps-label').hidden = steps.length < 2
  return (/** @type {number} */ step) => (field.value = String(step))
}

/** @param {Choose} choose @param {() => void} onLeave */
function searchField(choose, onLeave) {
  const field = /** @type {HTMLInputElement} */ (byId('search'))
  field.addEventListener('input', () => choose({ wanted: field.value.trim() }))
  field.addEventListener('keydown', event => {
    if (event.key !== 'Escape' && event.key !== 'Enter') return
    if (event.key === 'Escape') {
      field.value = ''
      choose({ wanted: '' })
    }
    onLeave()
    event.preventDefault()
  })
  document.addEventListener('keydown', event => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement
    if (event.key !== '/' || isTyping || event.ctrlKey || event.altKey || event.metaKey) return
    field.focus()
    field.select()
    event.preventDefault()
  })
}

/** @param {View} view @param {import('./search.js').Found | undefined} found */
function foundText({ wanted, unit, measure }, found) {
  if (wanted === '') return ''
  if (found === undefined) return 'no regular expression'
  return `${counted(found.functions, 'function')}, ${percent(found.share, measure.total[0])} of ${unit}`
}

/** @param {Profile} profile @param {Choose} choose @param {() => void} onLeave the search field, by a key */
export function toolbar(profile, choose, onLeave) {
  const pressUnit = buttonGroup('units', {
    Cells: () => choose({ unit: 'cells' }),
    Instructions: () => choose({ unit: 'instructions' }),
  })
  const pressDirection = buttonGroup('directions', {
    'Top down': () => choose({ isInverted: false }),
    'Inverted (callers)': () => choose({ isInverted: true }),
  })
  const showStep = stepChoice(profile, choose)
  byId('whole').addEventListener('click', () => choose({ focus: undefined }))
  searchField(choose, onLeave)

  return (/** @type {View} */ view, /** @type {import('./search.js').Found | undefined} */ found) => {
    const { unit, step, isInverted, focus } = view
    pressUnit(unit === 'cells' ? 0 : 1)
    pressDirection(Number(isInverted))
    showStep(step)
    byId('whole').hidden = focus === undefined
    const which = isInverted ? 'Who calls' : 'Only'
    byId('shown').textContent = focus === undefined ? '' : `${which} ${profile.functions.name[focus]}`
    byId('found').textContent = foundText(view, found)
  }
}
