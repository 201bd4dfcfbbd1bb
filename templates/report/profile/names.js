/** Names of functions where there is little room, and the groups that colours tell apart. */

/**
 * What is taken away, each as long as there is some of it: type arguments, parameters, `<… as Trait>`.
 * @type {[RegExp, string][]}
 */
const LEFT_OUT = [
  [/(?<=\w)(::)?<[^<>]*>/, ''],
  [/\([^()]*\)/, ''],
  [/<([^<>]*?)( as [^<>]*)?>(?=::)/, '$1'],
]
/** Longer names are no names that anybody reads. */
const LONGEST = 2000

/** @type {Map<string, string>} */
const shortNames = new Map()

/** @param {string} name */
function shortened(name) {
  let plain = name
  for (;;) {
    const next = LEFT_OUT.map(([part, rest]) => plain.replace(part, rest)).find(text => text !== plain)
    if (next === undefined) return plain.split('::').slice(-2).join('::')
    plain = next
  }
}

/**
 * A path without its arguments, its last two parts only: `Vec::push` of `alloc::vec::Vec<T>::push` and of
 * `<alloc::vec::Vec<T> as Push>::push`.
 * @param {string} name
 */
export function shortName(name) {
  let short = shortNames.get(name)
  if (short === undefined) shortNames.set(name, (short = name.length > LONGEST ? name : shortened(name)))
  return short
}

/**
 * As much of a name as fits into a number of characters; empty where that would say nothing.
 * @param {string} name
 * @param {number} room
 */
export function fitted(name, room) {
  if (name.length <= room) return name
  const short = shortName(name)
  if (short.length <= room) return short
  return room < 4 ? '' : `${short.slice(0, room - 1)}…`
}

/** What the name begins with: a crate, a namespace; of names without a path they themselves. @param {string} name */
export function groupOf(name) {
  const [first] = name.replace(/^[<&*\s]*(?:(?:mut|const|dyn)\s+)?/, '').split('::')
  return first
}
