/** What is known of the selected frame, with ways to others. */
import { button, element, grouped, pathText, percent } from './dom.js'
import { pathOf } from './frames.js'
import { ALL_STEPS } from './measure.js'

/** @typedef {import('./profile.js').Profile} Profile */
/** @typedef {import('./frames.js').Frame} Frame */
/** @typedef {import('./frames.js').FrameTree} FrameTree */
/** @typedef {import('./view.js').View} View */

/**
 * @typedef {object} Surroundings
 * @property {FrameTree} tree
 * @property {View} view
 * @property {Float64Array | undefined} memory by node, with what is below it
 * @property {(frame: Frame) => void} go to a frame
 * @property {(focus: number, isInverted: boolean) => void} look at a function
 */

/** @param {Profile} profile @param {number} file @param {number} line */
export const placeText = ({ files }, file, line) => (file < 0 ? '' : `${files[file]}${line > 0 ? `:${line}` : ''}`)

/** Some places, and how many more there are. @param {string[]} places */
const someOf = places =>
  (places.length > 3 ? [...places.slice(0, 3), `and ${places.length - 3} more`] : places).join(', ')

/** @param {Profile} profile @param {Frame} frame */
function calledFrom(profile, { nodes }) {
  const { callFile, callLine } = profile.nodes
  return someOf([...new Set(nodes.map(node => placeText(profile, callFile[node], callLine[node])))].filter(Boolean))
}

/** @param {string} title @param {string} text @param {string} [note] */
const fact = (title, text, note = '') => [
  element('dt', { textContent: title }),
  element('dd', {}, text, ...(note === '' ? [] : [element('small', { textContent: note })])),
]

/** What may be long has a line of its own. @param {string} title @param {string} text */
const longFact = (title, text) =>
  text === ''
    ? []
    : [element('dt', { className: 'long', textContent: title }), element('dd', { className: 'long' }, pathText(text))]

/** @param {Float64Array} values @param {number[]} nodes */
const sumOf = (values, nodes) => nodes.reduce((sum, node) => sum + values[node], 0)

/** @param {Frame} frame @param {Surroundings} surroundings */
function costFacts(frame, { tree, view }) {
  const { measures, unit } = view
  /** @type {import('./measure.js').Unit[]} */
  const units = unit === 'cells' ? ['cells', 'instructions'] : ['instructions', 'cells']
  return units.flatMap(each => {
    const { self, total } = measures[each]
    const all = total[0]
    if (tree.isInverted) {
      // An inverted frame is the way to what is above it: only the unit that was followed has a figure.
      return each === unit ? fact(`${each} by this way`, grouped(frame.total), percent(frame.total, all)) : []
    }
    const [below, own] = [sumOf(total, frame.nodes), sumOf(self, frame.nodes)]
    return [
      ...fact(`${each}, total`, grouped(below), percent(below, all)),
      ...fact(`${each}, self`, grouped(own), percent(own, all)),
    ]
  })
}

/** @param {Frame} frame @param {Surroundings} surroundings */
function facts(frame, surroundings) {
  const { tree, memory, view } = surroundings
  const { profile, isInverted } = tree
  const { functions, nodes, hasCalls } = profile
  const address = functions.address[frame.function]
  const calls = sumOf(nodes.calls, frame.nodes)
  const from = isInverted ? '' : calledFrom(profile, frame)
  const defined = placeText(profile, functions.file[frame.function], functions.line[frame.function])
  const each = view.step === ALL_STEPS ? `${grouped(frame.total / calls)} ${view.unit} each` : 'in all steps'
  return element(
    'dl',
    {},
    ...costFacts(frame, surroundings),
    ...(memory && !isInverted ? fact('[memory] cells', grouped(sumOf(memory, frame.nodes))) : []),
    ...(hasCalls && !isInverted && calls > 0 ? fact('calls', grouped(calls), each) : []),
    ...(address < 0 || frame.isInlined ? [] : fact('address', `0x${address.toString(16)}`)),
    ...longFact(frame.isInlined ? 'inlined at' : 'called at', from),
    ...longFact('defined at', defined),
    ...longFact('symbol', functions.symbol[frame.function] || ''),
  )
}

/** @param {Frame} frame @param {Surroundings} surroundings */
function frameRow(frame, { tree, go }) {
  const { functions } = tree.profile
  const way = button(functions.name[frame.function], () => go(frame), { className: 'link' })
  const part = element('span', { className: 'number', textContent: percent(frame.total, tree.measure.total[0]) })
  return element('li', { className: frame.isInlined ? 'inlined' : '' }, way, part)
}

/**
 * The first of some frames, and how many more there are.
 * @param {string} title @param {Frame[]} frames @param {Surroundings} surroundings
 */
function frameList(title, frames, surroundings) {
  if (frames.length === 0) return []
  const rows = frames.slice(0, MOST_FRAMES).map(each => frameRow(each, surroundings))
  const rest = element('p', { className: 'faint', textContent: `and ${grouped(frames.length - rows.length)} more` })
  rest.hidden = frames.length === rows.length
  return [element('h3', { textContent: title }), element('ol', { className: 'frames' }, ...rows), rest]
}

const MOST_FRAMES = 16

/** @param {Frame} frame @param {Surroundings} surroundings @returns {Node[]} */
export function detailsOf(frame, surroundings) {
  const { tree, look } = surroundings
  const above = pathOf(frame).slice(0, -1).reverse()
  const below = tree.childrenOf(frame).toSorted((a, b) => b.total - a.total)
  const isWhole = frame.row === 0 && tree.focus === undefined
  const callers = isWhole ? 'By what they cost themselves' : 'Called by'
  const [belowTitle, aboveTitle] = tree.isInverted ? [callers, 'On the way to'] : ['Calls', 'Called by']
  const name = element('h2', {}, tree.profile.functions.name[frame.function])
  if (frame.isInlined) name.append(' ', element('span', { className: 'badge', textContent: 'inlined' }))
  const only = button('Only this function', () => look(frame.function, false))
  const who = button('Who calls it', () => look(frame.function, true))
  return [
    name,
    ...(isWhole ? [] : [element('p', { className: 'actions' }, only, who)]),
    facts(frame, surroundings),
    ...frameList(`${belowTitle}, dearest first`, below, surroundings),
    ...frameList(aboveTitle, above, surroundings),
  ]
}

/** One line, for those who do not see the picture. @param {Frame} frame @param {FrameTree} tree */
export function spoken(frame, tree) {
  const name = tree.profile.functions.name[frame.function]
  const share = percent(frame.total, tree.measure.total[0])
  return `${name}${frame.isInlined ? ', inlined' : ''}, ${share}, level ${frame.row}`
}
