/** Elements of the page, and numbers as people read them. */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Partial<HTMLElementTagNameMap[Name]>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

/**
 * @template {HTMLElement} [Type=HTMLElement]
 * @param {string} id
 */
export const byId = id => /** @type {Type} */ (document.getElementById(id))

/** @param {string} text @param {() => void} action @param {Partial<HTMLButtonElement>} [properties] */
export function button(text, action, properties = {}) {
  const made = element('button', { type: 'button', textContent: text, ...properties })
  made.addEventListener('click', action)
  return made
}

/** A path that may be broken behind its slashes. @param {string} path */
export function pathText(path) {
  const [first, ...others] = path.split(/(?<=\/)/)
  return element('span', {}, first ?? '', ...others.flatMap(part => [element('wbr'), part]))
}

const DIGITS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

/** @param {number} value */
export const grouped = value => DIGITS.format(value)

/** @param {number} part @param {number} whole */
export function percent(part, whole) {
  if (whole === 0) return '–'
  const share = (100 * part) / whole
  if (share > 0 && share < 0.01) return '<0.01 %'
  return `${share.toFixed(2)} %`
}

/** @param {number} count @param {string} one @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${grouped(count)} ${count === 1 ? one : many}`

/** @param {number} bytes */
export const sizeText = bytes =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`
