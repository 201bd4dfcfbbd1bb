/** Accesses at several offsets from the same base: where the first and the last one are addresses, all are. */
import type { Draft } from '../draft.ts'
import { LIMB, offsetPointers, type OffsetPointer } from '../offset-pointers.ts'
import { NEAR } from '../pointers.ts'
import { elementOf, type Polynomial } from '../polynomials.ts'
import { rangesOf, type Ranges } from '../ranges.ts'
import { relateShifts } from '../shifts.ts'

/**
 * Of accesses that begin at the same place of their blocks, only those that are first or last of all off their base
 * keep their low limb, or one of them where none is. What an access says of the block behind it goes where there is an
 * access in that block, or behind it.
 *
 * Invariant: all these pointers are base + offset as integers. If the first and the last of them are addresses then so
 * is everything between them, and what the other ones are modulo the size of a block has an equation of its own.
 */
export function offsets(draft: Draft): void {
  const ranges = rangesOf(draft)
  const groups = new Map<Polynomial, OffsetPointer[]>()
  for (const found of offsetPointers(draft, ranges)) {
    const group = groups.get(found.base)
    if (group === undefined) groups.set(found.base, [found])
    else group.push(found)
  }
  for (const group of groups.values()) if (group.length > 1) new Group(draft, group, ranges).reduce()
}

/** Limbs of bases that offsets do not change: an offset of whole limbs has no carry. */
export function wholeOffsets(draft: Draft): void {
  for (const { low, lowBase, offset } of offsetPointers(draft, rangesOf(draft)))
    if (offset % LIMB === 0) draft.define(low, lowBase)
}

class Group {
  readonly #draft: Draft
  readonly #sorted: readonly OffsetPointer[]
  readonly #ranges: Ranges

  constructor(draft: Draft, group: readonly OffsetPointer[], ranges: Ranges) {
    this.#draft = draft
    this.#sorted = group.toSorted((a, b) => a.offset - b.offset)
    this.#ranges = ranges
  }

  reduce(): void {
    const [first, last] = [this.#sorted[0]!, this.#sorted.at(-1)!]
    if (last.offset - first.offset >= NEAR) return
    /** By place in a block, and the block's size. */
    const kept = new Map<string, OffsetPointer>()
    for (const pointer of new Set([first, last, ...this.#sorted])) {
      const { offset, block } = pointer
      const isInside = first.offset <= offset && offset + block <= last.offset
      const place = `${((offset % block) + block) % block} ${block}`
      const other = kept.get(place)
      if (other === undefined) kept.set(place, pointer)
      else if (this.#isRelated(pointer, other)) this.#follow(pointer, other, isInside && pointer !== first)
      if (isInside) this.#dropNext(pointer)
    }
  }

  #isRelated(pointer: OffsetPointer, kept: OffsetPointer): boolean {
    const distance = pointer.offset - kept.offset
    const shifts = { kept: kept.shift, other: pointer.shift, distance, block: pointer.block }
    return relateShifts(this.#draft, shifts, this.#ranges)
  }

  /** Checks go that follow from those of others. */
  #follow(pointer: OffsetPointer, kept: OffsetPointer, isInside: boolean): void {
    const { polynomials } = this.#draft
    if (pointer.offset === kept.offset) {
      this.#draft.define(pointer.low, polynomials.column(kept.low))
      if (pointer.next !== undefined && kept.next !== undefined)
        this.#draft.define(pointer.next.carry, polynomials.column(kept.next.carry))
    } else if (isInside) {
      this.#dropNext(pointer)
      for (const message of pointer.messages) this.#draft.setMessage(message, undefined)
      this.#draft.setConstraint(pointer.constraint, undefined)
      const likely = polynomials.plusConstant(polynomials.column(kept.low), elementOf(pointer.offset - kept.offset))
      this.#draft.eliminated.push({ column: pointer.low, of: likely, isGuess: true })
    }
  }

  #dropNext({ next }: OffsetPointer): void {
    if (next === undefined || this.#draft.constraints[next.constraint] === undefined) return
    for (const message of next.messages) this.#draft.setMessage(message, undefined)
    this.#draft.setConstraint(next.constraint, undefined)
    this.#draft.eliminated.push({ column: next.carry, of: this.#draft.polynomials.zero, isGuess: true })
  }
}
