/** Machines with autoprecompiles: a chip for each, and a guest that they are made for. */
import { INSTRUCTION_BYTES, type System } from '../air/system.ts'
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import type { Decoder } from '../isa/table.ts'
import { fetchAt } from '../program/slots.ts'
import { spanStarts } from '../program/span-starts.ts'
import { endOf, type Autoprecompile, type Autoprecompiles } from './autoprecompiles.ts'
import type { Chip } from './file.ts'
import { longestSpan } from './interval.ts'
import { parseMachine, type Machine } from './machine.ts'

/** No operation adds rows to it: those of its block do. */
const chipOf = ({ chip, system }: Autoprecompile): Chip => ({
  name: chip,
  width: system.columns.length,
  interactions: system.messages.length,
  operations: [],
})

/**
 * The machine with a chip for each autoprecompile, in front of the hash chip. Its digest covers them.
 *
 * @param machine with the chips of the guest's extensions, and without autoprecompiles
 * @throws RvrError `MACHINE_INVALID`: too many, overlapping or misnamed ones, or the machine has some already
 */
export function withAutoprecompiles(machine: Machine, autoprecompiles: Autoprecompiles): Machine {
  if (machine.autoprecompiles !== undefined)
    throw new RvrError('MACHINE_INVALID', `machine ${machine.name} has autoprecompiles already`, {
      hint: 'Begin with the machine that it was made from.',
    })
  const { hash } = machine.memoryChips
  const chips = autoprecompiles.list.map(chipOf)
  const all = [...machine.chips.slice(0, hash), ...chips, ...machine.chips.slice(hash)]
  return parseMachine({ ...machine, chips: all, autoprecompiles }, machine.name)
}

/** The same for those who count alone, and are sent a copy: systems are large, and nobody there looks at them. */
export function forCounting(machine: Machine): Machine {
  const { autoprecompiles } = machine
  if (autoprecompiles === undefined) return machine
  const list = autoprecompiles.list.map(each => ({ ...each, system: NO_SYSTEM }))
  return { ...machine, autoprecompiles: { ...autoprecompiles, list } }
}

const NO_SYSTEM: System = { buses: [], columns: [], constraints: [], messages: [], derived: [] }

/** A guest that a machine was chosen for. */
export interface MeantGuest {
  readonly image: Image
  /** Of its ABI. */
  readonly decode: Decoder
  /** Names it in errors. */
  readonly name: string
}

/**
 * Are the machine's autoprecompiles those of the guest? Each has to be straight-line code that control comes to at its
 * start: within a span (program/span.ts), and without calls and host instructions. Counting stands on that.
 *
 * @throws RvrError `USAGE`: they are of another guest; `MACHINE_INVALID`: there is no such block
 */
export function checkGuest(machine: Machine, { image, decode, name }: MeantGuest): void {
  const { autoprecompiles } = machine
  if (autoprecompiles === undefined) return
  const { guest, list } = autoprecompiles
  if (guest !== image.digest)
    throw new RvrError('USAGE', `machine ${machine.name} has autoprecompiles of another guest than ${name}`, {
      hint: 'Make them for this guest: rvr apc setup.',
      details: { machine: machine.name, guest: name, found: guest, wanted: image.digest },
    })
  const { base, starts } = spanStarts(image, decode, longestSpan(machine))
  const last = base + INSTRUCTION_BYTES * (starts.length - 1)
  const isPlain = (pc: number): boolean => {
    const kind = fetchAt(image, decode, pc)?.instr?.row.kind
    return kind !== undefined && kind !== 'host' && kind !== 'call'
  }
  for (const each of list) {
    const inside = Array.from(each.instructions, (_, index) => each.start + INSTRUCTION_BYTES * index)
    const isBlock =
      each.start >= base &&
      endOf(each) <= last &&
      inside.every((pc, index) => isPlain(pc) && (index === 0 || starts[(pc - base) / INSTRUCTION_BYTES] === 0))
    if (isBlock) continue
    const place = `${each.instructions.length} instructions at ${hexText(each.start)}`
    throw new RvrError('MACHINE_INVALID', `machine ${machine.name}: ${name} has no block of ${place}`, {
      hint: 'Make its autoprecompiles anew: rvr apc setup.',
      details: { machine: machine.name, guest: name, start: each.start, instructions: each.instructions.length },
    })
  }
}
