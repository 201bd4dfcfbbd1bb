/** What a saved run is of and where it stands: sections 0x402, 0x406, 0x801 and 0x802. */
import { createHash } from 'node:crypto'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { Archive } from '../../archive/archive.ts'
import { digestsIn, expectCount, factsIn } from '../../archive/facts.ts'
import { ADDRESSES, type Xlen } from '../../elf/image.ts'
import type { AbiName } from '../../extensions/abi.ts'
import { isInMemory } from '../../program/access.ts'
import { modeNames, type ModeName } from '../../modes/registry.ts'
import type { StopCause } from '../job.ts'

const REGISTERS = 0x402
const DIGESTS = 0x406
const FACTS = 0x801
const MODE = 0x802

const REGISTER_COUNT = 32
const REGISTER_BYTES = 8
const FACT_COUNT = 9
const LONG_BITS = 64n
const LONG_MASK = (1n << LONG_BITS) - 1n
const COST_BITS = 100n
const INSTRUCTION_BITS = 62n

/** The numbers of names in files: they never change. */
const ABI_NUMBERS: Readonly<Record<AbiName, number>> = { openvm: 1, linux: 2, htif: 3 }
const CAUSE_NUMBERS = { instructions: 1, cost: 2, segment: 3, memory: 4, pull: 5, timeout: 6, request: 7 } as const

/** What may have stopped a run that was saved. */
export type SavedStopCause = keyof typeof CAUSE_NUMBERS & StopCause

export const isSavedCause = (cause: StopCause): cause is SavedStopCause => cause in CAUSE_NUMBERS

/** Digests are SHA-256, 64 hex digits. */
export interface SavedFacts {
  /** Of the guest's ELF file. */
  readonly guest: string
  readonly machine: string
  /** Of the ABI with the extensions that the guest may use. */
  readonly extensions: string
  readonly xlen: Xlen
  readonly abi: AbiName
  readonly mode: ModeName
  readonly stopCause: SavedStopCause
  readonly pc: number
  /** The guest has come to `pc` from the start of the autoprecompile's block around it. */
  readonly isInside: boolean
  readonly instructions: bigint
  readonly cost: bigint
  /** What the guest prints before this many instructions has been printed. */
  readonly printedUntil: number
  /** x0 … x31 */
  readonly registers: BigUint64Array
  /** What the hart has reserved, 0 for nothing. */
  readonly reserved: bigint
}

/** Modes may come from modules: a name is as long as it likes, its digest is not. */
const nameDigest = (name: string): string => createHash('sha256').update(name).digest('hex')

export function factSections(facts: SavedFacts): [number, readonly ArrayBufferView[]][] {
  const { xlen, abi, stopCause, pc, isInside, instructions, cost, printedUntil } = facts
  const numbers = [xlen, ABI_NUMBERS[abi], CAUSE_NUMBERS[stopCause], pc, Number(isInside)].map(BigInt)
  const counts = [instructions, cost & LONG_MASK, cost >> LONG_BITS, BigInt(printedUntil)]
  return [
    [REGISTERS, [facts.registers, ...(facts.reserved === 0n ? [] : [BigUint64Array.of(facts.reserved)])]],
    [DIGESTS, [facts.guest, facts.machine, facts.extensions].map(hexToBytes)],
    [FACTS, [BigUint64Array.from([...numbers, ...counts])]],
    [MODE, [hexToBytes(nameDigest(facts.mode))]],
  ]
}

/** The name that a number stands for. */
function named<Name extends string>(numbers: Readonly<Record<Name, number>>): (number: number) => Name | undefined {
  const names = Object.keys(numbers) as Name[]
  return number => names.find(name => numbers[name] === number)
}
const abiOf = named(ABI_NUMBERS)
const causeOf = named<SavedStopCause>(CAUSE_NUMBERS)

/** @throws RvrError `ARCHIVE_INVALID`, layers 3 and 4; layer 5 for a mode that is not known. */
export function savedFactsIn(archive: Archive): SavedFacts {
  const { long, number } = factsIn(archive, FACTS, FACT_COUNT)
  const [guest, machine, extensions] = digestsIn(archive, DIGESTS, 3) as [string, string, string]
  const [modeDigest] = digestsIn(archive, MODE, 1)
  const below = (bits: bigint) => (value: bigint) => value < 1n << bits
  const isAny = (): boolean => true
  const xlen = number(0, value => value === 32 || value === 64, '32 or 64') as Xlen
  const abi = abiOf(number(1, value => abiOf(value) !== undefined, 'the number of an ABI'))!
  const stopCause = causeOf(number(2, value => causeOf(value) !== undefined, 'the number of what stopped it'))!
  const pc = number(3, value => value <= ADDRESSES, 'an address')
  const isInside = number(4, value => value <= 1, '0 or 1') === 1
  const instructions = long(5, below(INSTRUCTION_BITS), `below 2^${INSTRUCTION_BITS}`)
  const low = long(6, isAny, '')
  const high = long(7, below(COST_BITS - LONG_BITS), `below 2^${COST_BITS - LONG_BITS}`)
  const printedUntil = number(8, isAny, 'a number of instructions')
  const mode = modeNames().find(name => nameDigest(name) === modeDigest)
  if (mode === undefined)
    throw archive.invalid(MODE, { layer: 4, what: 'value', found: modeDigest }, 'it is of a mode that is not known')
  const { registers, reserved } = lanesIn(archive, xlen)
  const of = { guest, machine, extensions, xlen, abi, mode }
  const cost = (high << LONG_BITS) | low
  return { ...of, stopCause, pc, isInside, instructions, cost, printedUntil, registers, reserved }
}

/** The registers and, behind them, what the hart has reserved where it is anything. */
function lanesIn(archive: Archive, xlen: Xlen): Pick<SavedFacts, 'registers' | 'reserved'> {
  const lanes = archive.longs(REGISTERS)
  if (lanes.length !== REGISTER_COUNT + 1) expectCount(archive, REGISTERS, REGISTER_COUNT)
  const registers = lanes.subarray(0, REGISTER_COUNT)
  const wrong = lanes.findIndex((value, index) =>
    index === REGISTER_COUNT ? !isReservation(value, xlen) : value >> BigInt(index === 0 ? 0 : xlen) !== 0n,
  )
  if (wrong < 0) return { registers, reserved: lanes[REGISTER_COUNT] ?? 0n }
  const name = wrong === REGISTER_COUNT ? 'the reservation' : `x${wrong}`
  throw archive.invalid(
    REGISTERS,
    { layer: 4, what: 'value', at: REGISTER_BYTES * wrong, found: String(lanes[wrong]) },
    `${name} is ${lanes[wrong]}, which it cannot be`,
  )
}

/** A word of memory that LR can have read, and its size (isa/zalrsc/rows.ts). */
function isReservation(value: bigint, xlen: Xlen): boolean {
  const units = value & 3n
  const address = value - units
  const isSize = units === 1n || (units === 2n && xlen === 64 && address % 8n === 0n)
  return isSize && isInMemory({ base: 0, bytes: ADDRESSES }, address, 4n * units)
}
