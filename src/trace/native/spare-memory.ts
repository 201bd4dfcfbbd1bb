/** Memory of tables that nobody wants any more, for those of the next segment: fresh pages are dear. */
import { taken } from './engine.ts'

/** Pieces that are kept: a segment has one for its rows and one for its memory's. */
const MOST_SPARE = 2
/** A piece is not used for what needs less than this part of it. */
const LEAST_PART = 1 / 4

export class SpareMemory {
  #spare: ArrayBuffer[] = []
  #isOver = false

  /** So many cells, all zero. @throws RvrError `INTERNAL` where the host has no memory for them */
  take(cells: number): Uint32Array<ArrayBuffer> {
    const bytes = cells * Uint32Array.BYTES_PER_ELEMENT
    const fitting = this.#spare.findIndex(({ byteLength }) => byteLength >= bytes && byteLength * LEAST_PART <= bytes)
    if (fitting === -1) return taken('the tables of a segment', () => new Uint32Array(cells))
    const [found] = this.#spare.splice(fitting, 1)
    return new Uint32Array(found!, 0, cells).fill(0)
  }

  /** Takes memory back; views of it are empty from now on. */
  give(buffer: ArrayBuffer): void {
    const kept = this.#isOver ? buffer.transfer(0) : buffer.transfer()
    if (kept.byteLength === 0) return
    this.#spare = [...this.#spare, kept].toSorted((a, b) => b.byteLength - a.byteLength).slice(0, MOST_SPARE)
  }

  /** No segment comes any more. */
  end(): void {
    this.#isOver = true
    this.#spare = []
  }
}
