/** Kinds of buses as interchange files name them, as lines of a machine's list: one way to say what a table holds. */
import type { Bus } from '../../air/air.ts'
import { loadAirs } from '../../air/load.ts'
import type { Word } from '../../air/word.ts'
import { systemBuses, type SystemBus } from '../../air/system-buses.ts'
import { tableFacts } from '../table.ts'

/** A kind as files have it. */
export type WrittenKind = string | { readonly Other: string | { readonly TupleRangeChecker: readonly number[] } }

const plain: Readonly<Record<string, string>> = {
  ExecutionBridge: 'permutation (pc, ts)',
  Memory: 'permutation (space, pointer, b0, b1, b2, b3, ts)',
  PcLookup: 'lookup (pc, opcode, a, b, c, d, e, f, g)',
}

const tables: Readonly<Record<string, string>> = {
  VariableRangeChecker: 'lookup (value, bits): bits <= 17 && value < (1 << bits)',
  BitwiseLookup: 'lookup (x, y, z, op): x < 256 && y < 256 && (if op == 0 then z == 0 else op == 1 && z == (x ^ y))',
}

const MAX_TUPLE = 1 << 24

/** How a kind is declared; undefined where there is no such kind. */
function declarationOf(kind: WrittenKind): string | undefined {
  if (typeof kind === 'string') return Object.hasOwn(plain, kind) ? plain[kind] : undefined
  const { Other: other } = kind
  if (typeof other === 'string') return Object.hasOwn(tables, other) ? tables[other] : undefined
  const sizes = other?.TupleRangeChecker
  const known = Array.isArray(sizes) && sizes.length === 2 && sizes.every(each => each > 0 && each <= MAX_TUPLE)
  return known && sizes.every(Number.isInteger) ? `lookup (x, y): x < ${sizes[0]} && y < ${sizes[1]}` : undefined
}

/** Cells of these systems are bytes, as those of RV32 are. */
const XLEN = 32
const CELL_BITS = 8

/** The bus of a kind; undefined where there is no such kind. */
export function busOfKind(id: number, kind: WrittenKind): SystemBus | undefined {
  const declared = declarationOf(kind)
  if (declared === undefined) return undefined
  const list = `machine interchange\nbus ${id} bus_${id} ${declared}\n`
  return systemBuses(loadAirs('interchange', () => list).buses, XLEN)[0]
}

const wordText = (word: Word | undefined): string =>
  JSON.stringify(word, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))

function tupleOf(bus: Bus): WrittenKind | undefined {
  const { bounds, equations, complete } = tableFacts(bus, [])
  const sizes = [bounds.get(0), bounds.get(1)]
  const isTuple = complete && equations.length === 0 && bus.fields.length === 2 && !sizes.includes(undefined)
  return isTuple ? { Other: { TupleRangeChecker: sizes as number[] } } : undefined
}

/** The kind of a bus; undefined where interchange files have no such buses. */
export function kindOfBus(bus: SystemBus): WrittenKind | undefined {
  if (bus.role.kind === 'state') return 'ExecutionBridge'
  if (bus.role.kind === 'memory') return bus.role.cellBits === CELL_BITS ? 'Memory' : undefined
  if (bus.role.kind === 'program') return 'PcLookup'
  for (const name of Object.keys(tables)) {
    const kind = { Other: name }
    if (wordText(busOfKind(bus.id, kind)!.table) === wordText(bus.table)) return kind
  }
  return tupleOf(bus)
}
