/** The answer of `rvr apc setup`: the machine that was made. */
import type { ApcSetup } from '../../sdk/apc/contract.ts'
import type { Guest } from '../../sdk/guest.ts'
import { hexText } from '../../hex.ts'
import type { Answer } from '../answer.ts'
import { line, table } from '../form/table.ts'
import { grouped } from '../form/units.ts'

export interface SetupReport {
  readonly guest: Pick<Guest, 'path' | 'digest'>
  readonly setup: ApcSetup
  /** The machine file that was written. */
  readonly output: string | undefined
}

export function setupAnswer({ guest: { path, digest }, setup, output }: SetupReport): Answer {
  const { machine, cache } = setup
  const chips = (machine.autoprecompiles?.list ?? []).map(({ start, instructions, chip, system }) => ({
    chip,
    start: hexText(start),
    instructions: instructions.length,
    columns: system.columns.length,
    interactions: system.messages.length,
    constraints: system.constraints.length,
  }))
  return {
    json: { guest: { path, digest }, machine: machine.digest, autoprecompiles: chips, output, cache },
    text: [
      line('machine', machine.digest),
      output === undefined ? '' : line('written to', output),
      chips.length === 0 ? line('autoprecompiles', 'none') : chipsTable(chips),
    ].join(''),
  }
}

type ChipFacts = Readonly<Record<'instructions' | 'columns' | 'interactions' | 'constraints', number>>

function chipsTable(chips: readonly (ChipFacts & { readonly chip: string })[]): string {
  const figures = ['instructions', 'columns', 'interactions', 'constraints'] as const
  const rows = chips.map(each => [each.chip, ...figures.map(figure => grouped(each[figure]))])
  return table([['chip', ...figures], ...rows], 'lrrrr')
}
