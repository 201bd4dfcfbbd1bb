/** Answers of `rvr inspect --airs`: the AIRs of a machine, or one of them. */
import type { Air, AirSet, Constraint, Interaction } from '../air/air.ts'
import { airsJson } from '../air/airs-json.ts'
import { expressionText, type Names } from '../air/expression.ts'
import { figuresOf } from '../air/figures.ts'
import type { AirMemo } from '../air/listed.ts'
import { partsOf } from '../air/parts.ts'
import type { Xlen } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { machineIn } from '../machine/load.ts'
import { airsOfMachine, shippedOnce } from '../trace/airs.ts'
import type { Answer } from './answer.ts'
import { line, table } from './form/table.ts'
import { grouped } from './form/units.ts'

/**
 * The AIRs that a machine itself has, those of extensions apart.
 *
 * @param xlen register width that was asked for
 * @param path of the machine's file; without one it is the machine that rvr ships for the width, 64 by default
 * @param memo is asked for what this process has not read yet
 * @throws RvrError `USAGE`: it has none, or another width; and what `loadMachine` throws
 */
export async function airsToInspect(
  xlen: Xlen | undefined,
  path: string | undefined,
  signal: AbortSignal,
  memo?: AirMemo,
): Promise<AirSet> {
  if (path === undefined) return shippedOnce(xlen ?? 64, memo)
  const machine = await machineIn(path, { signal, memo })
  if (xlen === undefined || machine.xlen === xlen) return airsOfMachine(machine, [], memo)
  throw new RvrError('USAGE', `machine ${path} has registers of ${machine.xlen} bits`, {
    hint: 'Leave out --xlen, or give another machine file.',
    details: { machine: path, found: machine.xlen, wanted: xlen },
  })
}

/**
 * All AIRs of a machine, or the one called `name`.
 *
 * @throws RvrError `USAGE` where the machine has none of that name: `details` is {name, known}
 */
export function inspectAirs(set: AirSet, name: string | undefined): Answer {
  if (name === undefined) return { json: airsJson(set, set.airs), text: setText(set) }
  const air = set.airs.find(each => each.name === name)
  if (air === undefined) {
    const known = set.airs.map(each => each.name)
    throw new RvrError('USAGE', `machine ${set.name} has no AIR ${JSON.stringify(name)}`, {
      hint: `Its AIRs are ${known.join(', ')}.`,
      details: { name, known },
    })
  }
  return { json: airsJson(set, [air]), text: airText(air, set) }
}

function setText({ name, buses, airs }: AirSet): string {
  const busRows = buses.map(bus => [String(bus.id), bus.name, bus.kind, bus.fields.join(', ')])
  const heads = ['AIR', 'columns', 'constraints', 'messages', 'next row', 'instructions']
  const airRows = airs.map(air => {
    const { width, interactions, nextRow } = figuresOf(air)
    const numbers = [width, air.constraints.length, interactions].map(grouped)
    return [air.name, ...numbers, nextRow ? 'yes' : '', air.instructions.join(', ')]
  })
  return [line('machine', name), '\n', table(busRows, 'r'), '\n', table([heads, ...airRows], 'lrrr')].join('')
}

function airText(air: Air, { name, buses }: AirSet): string {
  const { width, interactions, nextRow } = figuresOf(air)
  const parts = partsOf(air)
  const names: Names = { ...air, parts: new Map(parts.map(part => [part.of, part.name])) }
  const text = (of: Constraint['of']): string => expressionText(of, names)
  const part = (of: Constraint['of']): string => names.parts?.get(of) ?? text(of)
  const constraintRow = ({ name: title, where, of }: Constraint): string[] => [
    title,
    where === 'every' ? '' : where,
    `${part(of)} = 0`,
  ]
  const message = ({ bus, direction, count, fields }: Interaction): string =>
    `  ${direction} ${buses[bus]!.name} ${part(count)}: ${fields.map(part).join(', ')}\n`
  const coding = ({ instruction, opcode }: Air['codings'][number]): string => `${instruction} ${opcode}`
  return [
    line('AIR', `${air.name} of machine ${name}`),
    line('columns', `${grouped(width)}${nextRow ? ', also of the next row' : ''}`),
    line('constraints', grouped(air.constraints.length)),
    line('messages', grouped(interactions)),
    air.height === undefined ? '' : line('height', String(air.height)),
    air.codings.length === 0 ? '' : line('instructions', air.codings.map(coding).join(', ')),
    section('columns', columnsText(air.columns)),
    section('public values', columnsText(air.publics)),
    section('parts', parts.map(each => `  ${each.name} = ${text(each.of)}\n`).join('')),
    section('constraints', table(air.constraints.map(constraintRow), 'l', '  ')),
    section('messages', air.interactions.map(message).join('')),
  ].join('')
}

const section = (title: string, text: string): string => (text === '' ? '' : `\n${title}\n${text}`)

/** Limbs of one value together: `z[4]`. */
function columnsText(columns: readonly string[]): string {
  const limbs = new Map<string, number>()
  for (const column of columns) {
    const name = column.replace(/\[\d+\]$/, '')
    limbs.set(name, (limbs.get(name) ?? 0) + 1)
  }
  const names = [...limbs].map(([name, count]) => (columns.includes(name) ? name : `${name}[${count}]`))
  return names.length === 0 ? '' : `  ${names.join(' ')}\n`
}
