/** Accesses of the same block, one after another: what the one sends is what the next one receives. */
import { P } from '../../../air/field.ts'
import type { MemoryRole } from '../../../air/system-buses.ts'
import type { Draft, DraftMessage } from '../draft.ts'
import type { Polynomial } from '../polynomials.ts'
import { type Ranges, rangesOf } from '../ranges.ts'
import { cancel } from './telescope.ts'

/**
 * Invariant: the messages that go cancel, because equations between them are added. In honest rows they are equal: no
 * access in between can be of the same block, as addresses are proved to differ, and expressions that merely look
 * different prove nothing.
 */
export function memory(draft: Draft): void {
  const ranges = rangesOf(draft)
  for (const [bus, { role }] of draft.buses.entries())
    if (role.kind === 'memory') new Accesses(draft, role, ranges).follow(bus)
}

/** Messages that were sent and not received yet, by what the address is without its constant, then by that. */
type Open = Map<Polynomial, Map<number, { readonly index: number; readonly address: readonly Polynomial[] }>>

interface Address {
  readonly address: readonly Polynomial[]
  readonly space: Polynomial
  /** The pointer without its constant. */
  readonly core: Polynomial
  readonly constant: number
}

class Accesses {
  readonly #draft: Draft
  readonly #role: MemoryRole
  readonly #ranges: Ranges
  /** By space; the rest of an address is one field. */
  readonly #open = new Map<Polynomial, Open>()

  constructor(draft: Draft, role: MemoryRole, ranges: Ranges) {
    this.#draft = draft
    this.#role = role
    this.#ranges = ranges
  }

  follow(bus: number): void {
    for (let index = 0; index < this.#draft.messages.length; index++) {
      const message = this.#draft.messages[index]
      if (message === undefined || message.bus !== bus) continue
      const { count } = message
      const times = count.atoms.length === 0 ? count.constant : undefined
      if (times === P - 1) this.#receive(index, message)
      else if (times === 1) this.#send(index, message)
      // It may be a send, or not: what was sent before to where that may be is not known any more.
      else this.#forget(this.#address(message))
    }
  }

  #address({ fields }: DraftMessage): Address {
    const address = this.#role.address.map(field => fields[field]!)
    const pointer = address.at(-1)!
    const { polynomials } = this.#draft
    const core = polynomials.plusConstant(pointer, -pointer.constant)
    return { address, space: address[0]!, core, constant: pointer.constant }
  }

  #receive(index: number, message: DraftMessage): void {
    const { space, core, constant } = this.#address(message)
    const entries = this.#open.get(space)?.get(core)
    const sent = entries?.get(constant)
    if (sent === undefined) return
    entries!.delete(constant)
    cancel(this.#draft, this.#draft.messages[sent.index]!, message)
    this.#draft.setMessage(sent.index, undefined)
    this.#draft.setMessage(index, undefined)
  }

  #forget({ address, space }: Address): void {
    for (const [otherSpace, open] of this.#open) {
      if (otherSpace !== space && this.#differ(otherSpace, space)) continue
      for (const entries of open.values())
        for (const [other, entry] of entries) if (!this.#areApart(entry.address, address)) entries.delete(other)
    }
  }

  #send(index: number, message: DraftMessage): void {
    const to = this.#address(message)
    const { address, space, core, constant } = to
    this.#forget(to)
    let open = this.#open.get(space)
    if (open === undefined) this.#open.set(space, (open = new Map()))
    const entries = open.get(core)
    if (entries === undefined) open.set(core, new Map([[constant, { index, address }]]))
    else entries.set(constant, { index, address })
  }

  #areApart(a: readonly Polynomial[], b: readonly Polynomial[]): boolean {
    return a.some((field, at) => this.#differ(field, b[at]!))
  }

  #differ(a: Polynomial, b: Polynomial): boolean {
    const difference = this.#draft.polynomials.minus(a, b)
    return difference.atoms.length === 0 ? difference.constant !== 0 : !this.#ranges.mayBeZero(difference)
  }
}
