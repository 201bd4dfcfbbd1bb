/** The flame graph: what is zoomed to and selected, by pointer and by keyboard. */
import { grouped, percent } from './dom.js'
import { counterpart, isWithin } from './frames.js'
import { boxAt, layOut, placeOf } from './layout.js'
import { paint, ROW_HEIGHT } from './paint.js'

/** @typedef {import('./frames.js').Frame} Frame */
/** @typedef {import('./frames.js').FrameTree} FrameTree */
/** @typedef {import('./layout.js').Box} Box */

/**
 * @typedef {object} Parts
 * @property {HTMLElement} scroller takes the keyboard's focus
 * @property {HTMLElement} spacer as high as all rows
 * @property {HTMLCanvasElement} canvas stays where the scroller is
 * @property {HTMLElement} tooltip
 */

export class FlameGraph {
  /** @type {import('./search.js').Found | undefined} */
  #found
  /** @type {Box[][]} */
  #rows = []

  /**
   * @param {Parts} parts
   * @param {FrameTree} tree
   * @param {import('./palette.js').Palette} palette
   * @param {{ onSelect: (frame: Frame) => void, onLeave: () => void }} told `onLeave` once all is shown that there is
   */
  constructor(parts, tree, palette, told) {
    this.parts = parts
    this.tree = tree
    this.palette = palette
    this.told = told
    this.zoom = tree.root
    this.selected = tree.root
    const { scroller, canvas } = parts
    scroller.addEventListener('keydown', event => this.#press(event))
    scroller.addEventListener('scroll', () => this.draw())
    canvas.addEventListener('click', event => this.#click(event))
    canvas.addEventListener('mousemove', event => this.#hover(event))
    canvas.addEventListener('mouseleave', () => (parts.tooltip.hidden = true))
    new ResizeObserver(() => this.#fit()).observe(scroller)
  }

  /**
   * Of another tree the same frames as far as it has them, unless it is another view.
   * @param {FrameTree} tree
   * @param {import('./search.js').Found | undefined} found
   */
  show(tree, found) {
    const isSame = tree.isInverted === this.tree.isInverted && tree.focus === this.tree.focus
    this.zoom = isSame ? counterpart(tree, this.zoom) : tree.root
    const selected = isSame ? counterpart(tree, this.selected) : tree.root
    this.tree = tree
    this.#found = found
    this.#layOut()
    this.select(selected)
  }

  /** @param {import('./palette.js').Palette} palette */
  paintWith(palette) {
    this.palette = palette
    this.draw()
  }

  /** @param {Frame} frame */
  select(frame) {
    if (!isWithin(frame, this.zoom) && !isWithin(this.zoom, frame)) this.#zoomTo(frame.parent ?? this.tree.root)
    this.selected = frame
    const { scroller } = this.parts
    const top = frame.row * ROW_HEIGHT
    if (top < scroller.scrollTop) scroller.scrollTop = top
    const bottom = top + ROW_HEIGHT
    if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight
    this.draw()
    this.told.onSelect(frame)
  }

  /** Zooms to a frame and selects it. @param {Frame} frame */
  enter(frame) {
    this.#zoomTo(frame)
    this.select(frame)
  }

  /** @param {Frame} frame */
  #zoomTo(frame) {
    this.zoom = frame
    this.#layOut()
  }

  #layOut() {
    const { scroller, spacer } = this.parts
    this.#rows = layOut(this.tree, this.zoom, scroller.clientWidth)
    spacer.style.setProperty('height', `${this.#rows.length * ROW_HEIGHT}px`)
  }

  #fit() {
    this.#layOut()
    this.draw()
  }

  draw() {
    const { scroller, canvas } = this.parts
    const { clientWidth: width, clientHeight: height } = scroller
    const ratio = window.devicePixelRatio
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
    canvas.style.setProperty('width', `${width}px`)
    canvas.style.setProperty('height', `${height}px`)
    const context = canvas.getContext('2d')
    if (context === null) return
    context.scale(ratio, ratio)
    const { tree, zoom, palette } = this
    const drawn = paint(context, {
      rows: this.#rows,
      names: tree.profile.functions.name,
      palette,
      found: this.#found,
      isInverted: tree.isInverted,
      zoomRow: zoom.row,
      view: { top: scroller.scrollTop, width, height },
      selected: { ...placeOf(tree, zoom, width, this.selected), row: this.selected.row },
    })
    canvas.dataset.drawn = String(drawn)
    canvas.dataset.boxes = String(this.#rows.reduce((sum, row) => sum + row.length, 0))
  }

  /** @param {MouseEvent} event */
  #boxUnder({ offsetX, offsetY }) {
    const row = this.#rows[Math.floor((offsetY + this.parts.scroller.scrollTop) / ROW_HEIGHT)]
    return row && boxAt(row, offsetX)
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const box = this.#boxUnder(event)
    if (box === undefined) return
    const { frame, merged } = box
    // What stands for several has room for them once the frame that they are below is wide.
    const isWide = frame.parent === this.zoom
    this.#zoomTo(merged.length > 0 && !isWide && frame.parent ? frame.parent : frame)
    this.select(frame)
  }

  /** @param {MouseEvent} event */
  #hover(event) {
    const { tooltip, scroller } = this.parts
    const box = this.#boxUnder(event)
    tooltip.hidden = box === undefined
    if (box === undefined) return
    const { frame, merged } = box
    const { functions } = this.tree.profile
    const all = this.tree.measure.total[0]
    const total = merged.length > 0 ? merged.reduce((sum, each) => sum + each.total, 0) : frame.total
    const name = merged.length > 0 ? `${merged.length} narrow frames` : functions.name[frame.function]
    const inlined = frame.isInlined && merged.length === 0 ? ' (inlined)' : ''
    tooltip.textContent = `${name}${inlined}\n${grouped(total)} · ${percent(total, all)}`
    const room = scroller.getBoundingClientRect()
    const isLeft = event.clientX < room.left + room.width / 2
    tooltip.style.setProperty('left', isLeft ? `${event.clientX + 14}px` : 'auto')
    tooltip.style.setProperty('right', isLeft ? 'auto' : `${window.innerWidth - event.clientX + 14}px`)
    tooltip.style.setProperty('top', `${event.clientY + 14}px`)
  }

  /** @param {number} by */
  #sibling(by) {
    const { parent } = this.selected
    if (parent === undefined) return undefined
    const siblings = this.tree.childrenOf(parent)
    return siblings[siblings.indexOf(this.selected) + by]
  }

  #dearestChild() {
    const children = this.tree.childrenOf(this.selected)
    return children.reduce((most, each) => (each.total > most.total ? each : most), children[0])
  }

  #leave() {
    const { tree, zoom } = this
    this.enter(tree.root)
    if (zoom === tree.root && tree.focus !== undefined) this.told.onLeave()
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    /** @type {Record<string, () => Frame | undefined>} */
    const moves = {
      ArrowUp: () => this.selected.parent,
      ArrowDown: () => this.#dearestChild(),
      ArrowLeft: () => this.#sibling(-1),
      ArrowRight: () => this.#sibling(1),
      Home: () => this.tree.root,
    }
    const move = moves[event.key]
    if (move !== undefined) {
      const frame = move()
      if (frame !== undefined) this.select(frame)
    } else if (event.key === 'Enter' || event.key === ' ') this.enter(this.selected)
    else if (event.key === 'Escape') this.#leave()
    else return
    event.preventDefault()
  }
}
