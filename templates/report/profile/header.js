/** What stands above all views: which guest, its totals, what could not be matched or read. */
import { byId, element, grouped } from './dom.js'

/** @typedef {import('./profile.js').Profile} Profile */

/** @param {Profile} profile */
export const totalsText = ({ totals, memory }) =>
  [
    `${grouped(totals.instructions)} instructions`,
    `${grouped(totals.cells)} trace cells`,
    ...(memory === undefined ? [] : [`and ${grouped(memory)} of the memory tables`]),
  ].join(', ')

/** @param {Profile} profile */
export function fillHeader(profile) {
  const { guest, machine, outcome, warnings } = profile
  document.title = `${guest.name} – guest profile`
  byId('guest').textContent = guest.name
  const parts = [totalsText(profile), `machine ${machine.name}`, `RV${guest.xlen}`]
  byId('facts').textContent = [...parts, ...(outcome === 'terminated' ? [] : [outcome])].join(' · ')
  byId('facts').title = `Guest ${guest.digest}\nMachine ${machine.digest}`
  byId('warnings').hidden = warnings.length === 0
  byId('warnings').append(...warnings.map(textContent => element('li', { textContent })))
}
