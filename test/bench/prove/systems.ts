/** The systems that are measured, by their names. */
import { flatSystem } from '../../../src/stark/flat-system.ts'
import { systemOf, type BenchSystem, type TableShape } from './system.ts'

const COLUMNS = { triples: 5, bits: 5, pairs: 5, fields: 2 }
const TABLES = 48
const OPERATIONS = 11_436
const LOWEST = 2
const HEIGHTS = 15

/** 48 tables of 4 to 2^16 rows: 3,264 columns, sums and quotients among them; 480 messages, 11,436 operations. */
function manyTables(): BenchSystem {
  const numbers = Array.from({ length: TABLES }, (_, index) => index)
  const { airs } = flatSystem(systemOf(numbers.map(() => ({ ...COLUMNS, logRows: LOWEST }))).airs)
  const shapes = numbers.map((index): TableShape => {
    const operations = Math.floor(((index + 1) * OPERATIONS) / TABLES) - Math.floor((index * OPERATIONS) / TABLES)
    const logRows = LOWEST + Math.floor((index * HEIGHTS) / TABLES)
    return { ...COLUMNS, logRows, products: operations - airs[index]!.nodes.length }
  })
  return systemOf(shapes)
}

const made: Readonly<Record<string, () => BenchSystem>> = {
  '2^18 × 63': () => systemOf([{ logRows: 18, triples: 21 }]),
  '2^20 × 63': () => systemOf([{ logRows: 20, triples: 21 }]),
  '2^20 × 50, 10 messages': () => systemOf([{ logRows: 20, ranged: 8, pairs: 1, fields: 4, triples: 11, bits: 1 }]),
  '48 tables': manyTables,
}

export const systemNames = Object.keys(made)

export function systemNamed(name: string): BenchSystem {
  const make = made[name]
  if (make === undefined) throw new Error(`there is no system ${name}: ${systemNames.join('; ')}`)
  return make()
}
