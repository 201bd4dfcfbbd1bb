/** Tables that are sorted by their heads and show as many rows as can be read. */
import { button, counted, element, grouped, percent } from './dom.js'

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} title
 * @property {boolean} [isText]
 * @property {(row: Row) => number | string} value what is sorted by
 * @property {(row: Row) => string | Node} [cell] what is shown
 * @property {(row: Row) => number} [share] of 1, shown as a bar behind the cell
 */

/**
 * @template [Row=unknown]
 * @typedef {object} TableOptions
 * @property {string} label
 * @property {number} sort index of the column that is sorted by first
 * @property {boolean} [isDown] greatest first
 * @property {(row: Row) => string} [rowClass]
 */

const FIRST_ROWS = 200
const MORE_ROWS = 1000

/** @template Row */
export class Table {
  /** @type {readonly Row[]} */
  #rows = []
  /** @type {readonly Column<Row>[]} */
  #columns = []
  #most = FIRST_ROWS

  /**
   * @param {HTMLElement} place
   * @param {TableOptions<Row>} options
   */
  constructor(place, { label, sort, isDown = true, rowClass = () => '' }) {
    this.sort = sort
    this.isDown = isDown
    this.rowClass = rowClass
    this.head = element('tr')
    this.body = element('tbody')
    this.more = button('', () => this.#showMore(), { className: 'more' })
    this.table = element('table', {}, element('thead', {}, this.head), this.body)
    this.table.setAttribute('aria-label', label)
    place.append(this.table, this.more)
  }

  /** @param {readonly Row[]} rows @param {readonly Column<Row>[]} columns */
  show(rows, columns) {
    this.#columns = columns
    this.#rows = rows
    this.#most = FIRST_ROWS
    this.#fill()
  }

  /** @param {number} index */
  sortBy(index) {
    this.isDown = this.sort === index ? !this.isDown : this.#columns[index].isText !== true
    this.sort = index
    this.#fill()
  }

  #showMore() {
    this.#most += MORE_ROWS
    this.#fill()
  }

  /** @param {Row} a @param {Row} b */
  #compare(a, b) {
    const { value } = this.#columns[this.sort]
    const [left, right] = [value(a), value(b)]
    if (left === right) return 0
    return left < right === this.isDown ? 1 : -1
  }

  #fill() {
    // Whoever uses the keyboard stays where he is.
    const buttons = () => [...this.table.querySelectorAll('button')]
    const focused = buttons().findIndex(each => each === document.activeElement)
    this.#fillHead()
    this.#fillBody()
    if (focused >= 0) buttons()[focused]?.focus()
  }

  #fillBody() {
    const sorted = this.#rows.toSorted((a, b) => this.#compare(a, b))
    const shown = sorted.slice(0, this.#most)
    this.body.replaceChildren(...shown.map(row => this.#row(row)))
    const hidden = sorted.length - shown.length
    this.more.hidden = hidden === 0
    this.more.textContent = `Show more: ${counted(hidden, 'row')} left`
  }

  #fillHead() {
    this.head.replaceChildren(
      ...this.#columns.map(({ title, isText }, index) => {
        const head = element('th', { scope: 'col', className: isText ? 'text' : '' })
        head.append(button(title, () => this.sortBy(index)))
        const order = this.isDown ? 'descending' : 'ascending'
        head.setAttribute('aria-sort', index === this.sort ? order : 'none')
        return head
      }),
    )
  }

  /** @param {Row} row */
  #row(row) {
    const cells = this.#columns.map(({ value, cell, share, isText }) => {
      const plain = value(row)
      const plainText = typeof plain === 'number' ? grouped(plain) : plain
      const text = cell ? cell(row) : plainText
      const made = element('td', { className: isText ? 'text' : '' }, text)
      if (share) {
        made.classList.add('share')
        made.style.setProperty('--share', `${(100 * share(row)).toFixed(2)}%`)
      }
      return made
    })
    return element('tr', { className: this.rowClass(row) }, ...cells)
  }
}

/**
 * How much of a whole: the number and a bar.
 * @template Row
 * @param {string} title @param {(row: Row) => number} value @param {number} whole
 * @returns {Column<Row>}
 */
export const shareColumn = (title, value, whole) => ({
  title,
  value,
  cell: row => percent(value(row), whole),
  share: row => (whole === 0 ? 0 : value(row) / whole),
})
