/** Tabs: one panel at a time, chosen by pointer or arrow keys. */
import { element } from './dom.js'

/** @typedef {{ name: string, title: string, panel: HTMLElement }} Tab */

export class Tabs {
  /** @param {HTMLElement} list @param {Tab[]} tabs @param {(name: string) => void} onShow */
  constructor(list, tabs, onShow) {
    this.tabs = tabs
    this.onShow = onShow
    this.heads = tabs.map(({ name, title, panel }) => {
      const head = element('button', { type: 'button', id: `tab-${name}`, textContent: title })
      head.setAttribute('role', 'tab')
      head.setAttribute('aria-controls', panel.id)
      panel.setAttribute('role', 'tabpanel')
      panel.setAttribute('aria-labelledby', head.id)
      head.addEventListener('click', () => this.show(name))
      return head
    })
    list.append(...this.heads)
    list.addEventListener('keydown', event => this.#press(event))
  }

  /** @param {string} name */
  show(name) {
    for (const [index, tab] of this.tabs.entries()) {
      const isShown = tab.name === name
      tab.panel.hidden = !isShown
      this.heads[index].setAttribute('aria-selected', String(isShown))
      this.heads[index].tabIndex = isShown ? 0 : -1
    }
    this.onShow(name)
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    const at = this.heads.findIndex(head => head === document.activeElement)
    if (by === undefined || at < 0) return
    const next = (at + by + this.tabs.length) % this.tabs.length
    this.show(this.tabs[next].name)
    this.heads[next].focus()
    event.preventDefault()
  }
}
