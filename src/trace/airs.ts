/** The AIRs of a guest's machine: its own, and what the guest's extensions bring for their chips. */
import { isReplayed } from '../air/air.ts'
import { figuresOf } from '../air/figures.ts'
import type { AirList, AirMemo } from '../air/listed.ts'
import { digestWith, extendedAirs, shippedAirs, type LoadedAirs } from '../air/load.ts'
import { apcAir } from '../apc/air.ts'
import type { Xlen } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { Extension } from '../extensions/extension.ts'
import type { Autoprecompiles } from '../machine/autoprecompiles.ts'
import { airsOfFile } from '../machine/airs.ts'
import type { Machine } from '../machine/machine.ts'

const shipped = new Map<Xlen, LoadedAirs>()
const extended = new WeakMap<LoadedAirs, WeakMap<AirList, LoadedAirs>>()

/** @param memo is asked for those that this process has not read yet */
export function shippedOnce(xlen: Xlen, memo?: AirMemo): LoadedAirs {
  let set = shipped.get(xlen)
  if (set === undefined) shipped.set(xlen, (set = shippedAirs(xlen, memo)))
  return set
}

function extendedOnce(set: LoadedAirs, list: AirList, memo: AirMemo | undefined): LoadedAirs {
  let known = extended.get(set)
  if (known === undefined) extended.set(set, (known = new WeakMap()))
  let result = known.get(list)
  if (result === undefined) known.set(list, (result = extendedAirs(set, list, memo)))
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

const withOwn = new WeakMap<LoadedAirs, WeakMap<Autoprecompiles, LoadedAirs>>()

/** With an AIR for each autoprecompile of the machine. */
function withBlocks(set: LoadedAirs, { autoprecompiles, digest }: Machine): LoadedAirs {
  if (autoprecompiles === undefined) return set
  let known = withOwn.get(set)
  if (known === undefined) withOwn.set(set, (known = new WeakMap()))
  let result = known.get(autoprecompiles)
  if (result === undefined) {
    const airs = [...set.airs, ...autoprecompiles.list.map(each => apcAir(each, set))]
    known.set(autoprecompiles, (result = { ...set, airs, digest: digestWith(set, digest) }))
  }
  return result
}

const ordered = new WeakMap<LoadedAirs, Map<string, LoadedAirs>>()

/** In the order of the machine's chips, and none that the machine has no chip of. */
function inOrder(set: LoadedAirs, own: LoadedAirs, { chips }: Machine): LoadedAirs {
  const places = new Map(chips.map(({ name }, index) => [name, index]))
  const isOwn = new Set(own.airs.map(({ name }) => name))
  const airs = set.airs
    .filter(({ name }) => places.has(name) || isOwn.has(name))
    .toSorted((a, b) => (places.get(a.name) ?? chips.length) - (places.get(b.name) ?? chips.length))
  const key = airs.map(({ name }) => name).join()
  let known = ordered.get(set)
  if (known === undefined) ordered.set(set, (known = new Map()))
  let result = known.get(key)
  if (result === undefined) known.set(key, (result = { ...set, airs, digest: digestWith(set, key) }))
  return result
}

/**
 * @param extensions those of the guest
 * @param memo is asked for what this process has not read yet
 * @throws RvrError `USAGE`: chips of the machine are not those that the AIRs are of; `MACHINE_INVALID`
 */
export function airsOfMachine(
  machine: Machine,
  extensions: readonly Pick<Extension, 'airs' | 'chips'>[],
  memo?: AirMemo,
): LoadedAirs {
  const own = machine.airs === undefined ? shippedOnce(machine.xlen, memo) : airsOfFile(machine.airs, memo)
  let set = own
  for (const list of listsFor(machine, extensions)) set = extendedOnce(set, list, memo)
  set = inOrder(withBlocks(set, machine), own, machine)
  // Chips of the system may be those of another memory tree: their heights are bounds alone.
  for (const air of set.airs.filter(isReplayed)) {
    const chip = machine.chips.find(({ name }) => name === air.name)
    if (chip?.width !== figuresOf(air).width)
      throw new RvrError('USAGE', `machine ${machine.name} has no AIRs: its chip ${air.name} is another one`, {
        hint: 'Traces are for the machines that rvr ships: leave out the machine file.',
        details: { machine: machine.name, chip: air.name },
      })
  }
  return set
}
