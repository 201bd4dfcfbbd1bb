/** What the page shows at the moment. */
import { ALL_STEPS, measureOf } from './measure.js'
import { finder } from './search.js'

/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {import('./measure.js').Unit} Unit */
/** @typedef {import('./measure.js').Measure} Measure */

/**
 * @typedef {object} Choice
 * @property {Unit} unit
 * @property {number} step index, or `ALL_STEPS`
 * @property {string} wanted what is searched for
 * @property {boolean} isInverted
 * @property {number | undefined} focus the one function that the flame graph shows
 */

/** @param {Profile} profile @returns {Choice} */
export const firstChoice = ({ unit }) => ({
  unit,
  step: ALL_STEPS,
  wanted: '',
  isInverted: false,
  focus: undefined,
})

/** @param {Profile} profile @returns {(choice: Choice) => View} */
export function viewer(profile) {
  /** @type {{ step: number, measures: Record<Unit, Measure> } | undefined} */
  let last
  return choice => {
    const { unit, step, wanted } = choice
    if (last?.step !== step) {
      const [cells, instructions] = [measureOf(profile, 'cells', step), measureOf(profile, 'instructions', step)]
      last = { step, measures: { cells, instructions } }
    }
    const { measures } = last
    return { ...choice, measures, measure: measures[unit], finds: wanted === '' ? undefined : finder(wanted) }
  }
}

/**
 * @typedef {object} Shown what follows from the choice
 * @property {Record<Unit, Measure>} measures
 * @property {Measure} measure in the unit that was chosen
 * @property {((text: string) => boolean) | undefined} finds undefined where nothing is searched for
 */

/** @typedef {Choice & Shown} View */
