/** RV32 AIRs, polynomial by polynomial, against published constraint systems of straight-line blocks. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Air } from '../../src/air/air.ts'
import { P, add, element, multiply, subtract } from '../../src/air/field.ts'
import { evaluated, flattened } from '../../src/air/flat.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { givenFile } from './given.ts'

/** A number, a column as name@id, or an operation in infix order. */
type Written = number | string | readonly ['-', Written] | readonly [Written, '+' | '-' | '*', Written]

interface System {
  readonly block: {
    readonly blocks: readonly { readonly start_pc: number; readonly instructions: readonly (readonly number[])[] }[]
  }
  readonly machine: {
    readonly constraints: readonly Written[]
    readonly bus_interactions: readonly {
      readonly id: number
      readonly mult: Written
      readonly args: readonly Written[]
    }[]
  }
}

const folder = givenFile('apc/systems')
/** The bytes of small systems; the largest would take longer than they are worth. */
const systems = (folder === undefined ? [] : globSync('*.before.json.gz', { cwd: fileURLToPath(folder) }))
  .toSorted()
  .map(name => ({ name, bytes: readFileSync(new URL(`systems/${name}`, new URL('.', folder))) }))
  .filter(({ bytes }) => bytes.length < 60_000)

const set = shippedAirs(32)
const airOf = (opcode: number): Air => set.airs.find(air => air.codings.some(coding => coding.opcode === opcode))!
/** Their tuple table's bus depends on the machine. */
const TUPLE = 7

function valueOf(written: Written, columns: readonly number[]): number {
  if (typeof written === 'number') return element(BigInt(written))
  if (typeof written === 'string') return columns[Number(written.split('@')[1])]!
  if (written.length === 2) return subtract(0, valueOf(written[1], columns))
  const [left, operator, right] = written
  const operation = { '+': add, '-': subtract, '*': multiply }[operator]
  return operation(valueOf(left, columns), valueOf(right, columns))
}

interface Evaluated {
  readonly constraints: number[]
  /** Bus, count, fields. */
  readonly messages: number[][]
}

/** The system of a block from our AIRs: instruction after instruction, each pinned to the program. */
function ours({ block }: System, columns: readonly number[]): Evaluated {
  const { constraints, messages }: Evaluated = { constraints: [], messages: [] }
  const [{ start_pc: start, instructions }] = block.blocks as [System['block']['blocks'][number]]
  let from = 0
  for (const [index, instruction] of instructions.entries()) {
    const air = airOf(instruction[0]!)
    const row = columns.slice(from, (from += air.columns.length))
    const value = (of: Air['constraints'][number]['of']): number => {
      const flat = flattened([of])
      return evaluated(flat, { row, next: row, publics: [] })[flat.roots[0]!]!
    }
    constraints.push(...air.constraints.map(({ of }) => value(of)))
    const said = air.interactions.map(({ bus, direction, count, fields }) => {
      const times = direction === 'send' ? value(count) : subtract(0, value(count))
      return [set.buses[bus]!.id, times, ...fields.map(value)]
    })
    messages.push(...said)
    const received = said.find(([bus, times], k) => bus === 0 && air.interactions[k]!.direction === 'receive' && times)!
    const program = said.find(([bus]) => bus === 2)!.slice(2)
    constraints.push(add(received[1]!, 1))
    for (const [field, wanted] of [start + 4 * index, ...instruction].entries())
      constraints.push(subtract(program[field]!, wanted % P))
  }
  return { constraints, messages }
}

test.each(systems)('$name', ({ bytes }) => {
  const system = JSON.parse(String(gunzipSync(bytes))) as System
  const { instructions } = system.block.blocks[0]!
  const width = instructions.reduce((sum, [opcode]) => sum + airOf(opcode!).columns.length, 0)
  let state = 1
  const columns = Array.from({ length: width }, () => (state = add(multiply(state, 1_103_515_245), 12_345)))
  const { constraints, messages } = ours(system, columns)
  expect(system.machine.constraints.map(each => valueOf(each, columns))).toEqual(constraints)
  const theirs = system.machine.bus_interactions.map(({ id, mult, args }) => [
    id > TUPLE ? TUPLE : id,
    ...[mult, ...args].map(each => valueOf(each, columns)),
  ])
  expect(theirs).toEqual(messages)
})

test.skipIf(folder === undefined)('there are systems to compare with', () => expect(systems.length).toBeGreaterThan(20))
