/** What an optimiser may know of a bus: properties that follow from its declaration, never its name or number. */
import type { Bus } from './air.ts'

/** A bus that stands for a memory: each message is a block's content at a time. */
export interface MemoryRole {
  readonly kind: 'memory'
  /** Fields that say which block it is: its space, its pointer. */
  readonly address: readonly number[]
  /** Fields of the block's cells. */
  readonly content: readonly number[]
  readonly time: number
  /** Whoever sends a block has checked that its cells have no more bits; so those received have not. */
  readonly cellBits: number
  /** The address of a block that always holds 0. */
  readonly zero: readonly number[]
}

export type Role =
  /** Messages hand over a state: what is sent is received by who goes on from there. */
  | { readonly kind: 'state' }
  | MemoryRole
  /** A lookup of the instruction at a pc: known as soon as the program is. */
  | { readonly kind: 'program' }
  /** A lookup in a table that says what it holds. */
  | { readonly kind: 'table' }
  /** Nothing is known: its messages stay as they are. */
  | { readonly kind: 'opaque' }

export interface SystemBus extends Bus {
  readonly role: Role
}

/** Messages of such a bus have an effect on others, which has to stay. */
export const isStateful = ({ kind }: Bus): boolean => kind === 'permutation'

/** Spaces whose blocks always have cells in bounds: registers and memory. */
export const CHECKED_SPACES: readonly number[] = [1, 2]

/** Space and pointer of register x0. */
const ZERO_REGISTER = [1, 0]
const CELLS = 4

function roleOf({ kind, fields, table }: Bus, xlen: number): Role {
  const at = (name: string): number => fields.indexOf(name)
  if (table !== undefined) return { kind: 'table' }
  if (kind === 'lookup') return at('pc') >= 0 && at('opcode') >= 0 ? { kind: 'program' } : { kind: 'opaque' }
  const time = at('ts')
  if (time < 0) return { kind: 'opaque' }
  const address = [at('space'), at('pointer')]
  if (!address.includes(-1)) {
    const content = fields.map((_, index) => index).filter(index => index !== time && !address.includes(index))
    return { kind: 'memory', address, content, time, cellBits: xlen / CELLS, zero: ZERO_REGISTER }
  }
  return at('pc') >= 0 ? { kind: 'state' } : { kind: 'opaque' }
}

/** A machine's buses with what their fields say of them. */
export const systemBuses = (buses: readonly Bus[], xlen: 32 | 64): readonly SystemBus[] =>
  buses.map(bus => ({ ...bus, role: roleOf(bus, xlen) }))
