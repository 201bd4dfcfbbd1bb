/** Machines with autoprecompiles: a chip for each, and a guest that they are made for. */
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { Autoprecompile, Autoprecompiles } from './autoprecompiles.ts'
import type { Chip } from './file.ts'
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

/** @throws RvrError `USAGE`: the machine's autoprecompiles are of another guest */
export function checkGuest({ name, autoprecompiles }: Machine, image: Image, guest: string): void {
  if (autoprecompiles === undefined || autoprecompiles.guest === image.digest) return
  throw new RvrError('USAGE', `machine ${name} has autoprecompiles of another guest than ${guest}`, {
    hint: 'Make them for this guest: rvr apc setup.',
    details: { machine: name, guest, found: autoprecompiles.guest, wanted: image.digest },
  })
}
