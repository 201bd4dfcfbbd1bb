/** Accesses off the same base register: one address follows from another one. */
import { inverse } from '../../../air/field.ts'
import { valuesInCases } from '../cases.ts'
import type { Draft } from '../draft.ts'
import { NEAR, pointerIn, type Pointer } from '../pointers.ts'
import { elementOf, type Polynomial } from '../polynomials.ts'
import { type Ranges, rangesOf } from '../ranges.ts'
import { relateShifts } from '../shifts.ts'

const LIMB = 65536
/** Blocks are of so many bytes, and shifts below that. */
const BLOCK = 4

/**
 * The address of one access is kept in its limbs; of the others the high limb follows from that and their low limb, and
 * two constraints each go. Of those whose offset is between two that are kept, limbs and checks go too.
 *
 * Invariant: integers that are equal modulo M² and whose difference is less than that are equal. So P' = P + d follows
 * from the constraints of both, and those of P' follow from it, as its limbs are still checked. If P + a and P + b are
 * addresses then so is everything between them; and what it is modulo the size of a block has an equation of its own.
 */
export function pointers(draft: Draft): void {
  const ranges = rangesOf(draft)
  const groups = new Map<Polynomial, Pointer[]>()
  const seen = new Set<Polynomial>()
  for (const message of draft.messages) {
    if (message === undefined) continue
    const { role } = draft.buses[message.bus]!
    if (role.kind !== 'memory') continue
    const field = message.fields[role.address.at(-1)!]!
    if (seen.has(field)) continue
    seen.add(field)
    const found = pointerIn(draft, field, ranges)
    if (found === undefined) continue
    const group = groups.get(found.base)
    if (group === undefined) groups.set(found.base, [found])
    else if (!group.some(({ low }) => low === found.low)) group.push(found)
  }
  for (const group of groups.values()) if (group.length > 1) new PointerGroup(draft, group, ranges).rewrite()
}

class PointerGroup {
  readonly #draft: Draft
  readonly #sorted: readonly Pointer[]
  readonly #kept: Pointer
  readonly #ranges: Ranges

  constructor(draft: Draft, group: readonly Pointer[], ranges: Ranges) {
    this.#draft = draft
    this.#ranges = ranges
    this.#sorted = group.toSorted((a, b) => a.offset - b.offset)
    this.#kept = this.#sorted.find(({ shift }) => shift.atoms.length === 0) ?? this.#sorted[0]!
  }

  rewrite(): void {
    const [first, last] = [this.#sorted[0]!, this.#sorted.at(-1)!]
    if (last.offset - first.offset >= NEAR) return
    const replaced = new Map<number, Polynomial>()
    for (const pointer of this.#sorted) if (pointer !== this.#kept) replaced.set(pointer.high, this.#high(pointer))
    for (const pointer of this.#sorted) {
      if (pointer === this.#kept) continue
      for (const index of pointer.constraints) this.#draft.setConstraint(index, undefined)
    }
    this.#draft.substitute(replaced)
    for (const pointer of this.#sorted) {
      if (pointer === this.#kept) continue
      const isTold = this.#relate(pointer)
      if (isTold && pointer !== first && pointer !== last) this.#drop(pointer)
    }
  }

  #distance(pointer: Pointer): number {
    return pointer.offset - this.#kept.offset
  }

  #high(pointer: Pointer): Polynomial {
    const { polynomials } = this.#draft
    const low = polynomials.column(pointer.low)
    const rest = polynomials.plusConstant(polynomials.minus(this.#kept.of, low), this.#distance(pointer))
    return polynomials.scaled(rest, inverse(LIMB))
  }

  /** Equations between the two shifts. @returns whether these say all that the low limb's check does */
  #relate(pointer: Pointer): boolean {
    const { shift } = pointer
    const isShift = (of: Polynomial): boolean =>
      valuesInCases(this.#draft, of, this.#ranges)?.every(value => value < BLOCK) === true
    if (!isShift(shift) || !isShift(this.#kept.shift)) return false
    return relateShifts(
      this.#draft,
      {
        kept: this.#kept.shift,
        other: shift,
        distance: this.#distance(pointer),
        block: BLOCK,
      },
      this.#ranges,
    )
  }

  /** The limbs are in nothing but their checks, which follow from those of its neighbours. */
  #drop({ low, offset }: Pointer): void {
    const draft = this.#draft
    if (draft.constraintsOf(low).size > 0) return
    const messages = [...draft.messagesOf(low)]
    const isCheck = (index: number): boolean => draft.buses[draft.messages[index]!.bus]!.role.kind === 'table'
    if (messages.length !== 2 || !messages.every(isCheck)) return
    for (const index of messages) draft.setMessage(index, undefined)
    draft.eliminated.push({ column: low, of: this.#likely(offset), isGuess: true })
  }

  /** What the low limb is where no carry goes from it. */
  #likely(offset: number): Polynomial {
    const { polynomials } = this.#draft
    const low = polynomials.column(this.#kept.low)
    return polynomials.plusConstant(low, elementOf(offset - this.#kept.offset))
  }
}
