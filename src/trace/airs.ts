/** The AIRs of a guest's machine: its own, and what the guest's extensions bring for their chips. */
import type { AirSet } from '../air/air.ts'
import { figuresOf } from '../air/figures.ts'
import { extendedAirs, shippedAirs, type AirList } from '../air/load.ts'
import type { Xlen } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { Extension } from '../extensions/extension.ts'
import { airsOfFile } from '../machine/airs.ts'
import type { Machine } from '../machine/machine.ts'

const shipped = new Map<Xlen, AirSet>()
const extended = new WeakMap<AirSet, WeakMap<AirList, AirSet>>()

function shippedOnce(xlen: Xlen): AirSet {
  let set = shipped.get(xlen)
  if (set === undefined) shipped.set(xlen, (set = shippedAirs(xlen)))
  return set
}

function extendedOnce(set: AirSet, list: AirList): AirSet {
  let known = extended.get(set)
  if (known === undefined) extended.set(set, (known = new WeakMap()))
  let result = known.get(list)
  if (result === undefined) known.set(list, (result = extendedAirs(set, list)))
  return result
}

/** Extensions whose chips the machine has taken over; its own chips count instead where it knows their operations. */
function listsFor({ chips, xlen }: Machine, extensions: readonly Pick<Extension, 'airs' | 'chips'>[]): AirList[] {
  const names = new Set(chips.map(({ name }) => name))
  return extensions.flatMap(({ airs, chips: brought = [] }) => {
    const list = airs?.[xlen]
    return list !== undefined && brought.some(({ name }) => names.has(name)) ? [list] : []
  })
}

const ordered = new WeakMap<AirSet, Map<string, AirSet>>()

/** In the order of the machine's chips, and none that the machine has no chip of. */
function inOrder(set: AirSet, own: AirSet, { chips }: Machine): AirSet {
  const places = new Map(chips.map(({ name }, index) => [name, index]))
  const isOwn = new Set(own.airs.map(({ name }) => name))
  const airs = set.airs
    .filter(({ name }) => places.has(name) || isOwn.has(name))
    .toSorted((a, b) => (places.get(a.name) ?? chips.length) - (places.get(b.name) ?? chips.length))
  const key = airs.map(({ name }) => name).join()
  let known = ordered.get(set)
  if (known === undefined) ordered.set(set, (known = new Map()))
  let result = known.get(key)
  if (result === undefined) known.set(key, (result = { ...set, airs }))
  return result
}

/**
 * @param extensions those of the guest
 * @throws RvrError `USAGE`: chips of the machine are not those that the AIRs are of; `MACHINE_INVALID`
 */
export function airsOfMachine(machine: Machine, extensions: readonly Pick<Extension, 'airs' | 'chips'>[]): AirSet {
  const own = machine.airs === undefined ? shippedOnce(machine.xlen) : airsOfFile(machine.airs)
  let set: AirSet = own
  for (const list of listsFor(machine, extensions)) set = extendedOnce(set, list)
  set = inOrder(set, own, machine)
  // Chips of the system may be those of another memory tree: their heights are bounds alone.
  for (const air of set.airs.filter(({ instructions }) => instructions.length > 0)) {
    const chip = machine.chips.find(({ name }) => name === air.name)
    if (chip?.width !== figuresOf(air).width)
      throw new RvrError('USAGE', `machine ${machine.name} has no AIRs: its chip ${air.name} is another one`, {
        hint: 'Traces are for the machines that rvr ships: leave out the machine file.',
        details: { machine: machine.name, chip: air.name },
      })
  }
  return set
}
