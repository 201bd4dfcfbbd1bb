/** Packets `Z` and `z`: breakpoints, which are addresses whatever their kind, and watchpoints. */
import { isInMemory } from '../program/access.ts'
import type { Watchpoint } from '../program/stops.ts'
import type { Debugger } from '../sdk/debugger/debugger.ts'
import { MALFORMED, NOWHERE, OK, REFUSED, UNKNOWN } from './answers.ts'
import { number } from './hex.ts'

/** Of each kind, far more than anybody sets. */
const MOST = 4096
const SOFTWARE = 0
const HARDWARE = 1
const ACCESSES: Readonly<Record<number, Watchpoint['access']>> = { 2: 'write', 3: 'read', 4: 'any' }

/** What a client has set. */
export class Breakpoints {
  readonly #guest: Debugger
  /** Addresses by kind. */
  readonly #code: readonly [Set<number>, Set<number>] = [new Set(), new Set()]
  readonly #watched = new Map<string, Watchpoint>()

  constructor(guest: Debugger) {
    this.#guest = guest
  }

  /** Is there one that the client calls hardware, and none that it calls software? */
  isHardware(address: number): boolean {
    const [software, hardware] = this.#code
    return !software.has(address) && hardware.has(address)
  }

  /** `text`: type, address and kind; what comes behind these are conditions, which the client checks itself. */
  change(text: string, isSet: boolean): string {
    const [name, place, size] = text.split(';')[0]!.split(',')
    const type = number(name)
    const address = number(place)
    const length = number(size)
    if (type === undefined || address === undefined || length === undefined) return MALFORMED
    if (type === SOFTWARE || type === HARDWARE) return this.#changeCode(type, address, isSet)
    const access = ACCESSES[type]
    return access === undefined ? UNKNOWN : this.#changeWatched({ address, length, access }, isSet)
  }

  /** Removes them all. */
  clear(): void {
    for (const addresses of this.#code) addresses.clear()
    this.#guest.breakpoints.clear()
    this.#watched.clear()
    this.#guest.watchpoints.clear()
  }

  #changeCode(type: 0 | 1, address: number, isSet: boolean): string {
    const [software, hardware] = this.#code
    const addresses = this.#code[type]
    if (isSet && addresses.size >= MOST) return REFUSED
    if (isSet) addresses.add(address)
    else addresses.delete(address)
    const { breakpoints } = this.#guest
    if (software.has(address) || hardware.has(address)) breakpoints.add(address)
    else breakpoints.delete(address)
    return OK
  }

  #changeWatched(watchpoint: Watchpoint, isSet: boolean): string {
    const { address, length, access } = watchpoint
    const { watchpoints, memory } = this.#guest
    if (length === 0) return MALFORMED
    if (!isInMemory(memory, BigInt(address), length)) return NOWHERE
    const key = `${access} ${address} ${length}`
    const known = this.#watched.get(key)
    if (isSet && known === undefined) {
      if (this.#watched.size >= MOST) return REFUSED
      this.#watched.set(key, watchpoint)
      watchpoints.add(watchpoint)
    } else if (!isSet && known !== undefined) {
      this.#watched.delete(key)
      watchpoints.delete(known)
    }
    return OK
  }
}
