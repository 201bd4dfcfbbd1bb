/** Instructions that count only as what a machine lists them as: what a machine says nothing of cannot be counted. */
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { GuestAbi } from '../extensions/abi.ts'
import { decoderFor } from '../extensions/compose.ts'
import { hexText } from '../hex.ts'
import { disassemble } from '../isa/disassemble.ts'
import { titleOf } from '../isa/foreign.ts'
import type { Instr } from '../isa/row.ts'
import type { Decoder, InstructionTable } from '../isa/table.ts'
import { operationOf, type Machine } from '../machine/machine.ts'
import { checkMachineMemory } from '../machine/memory.ts'
import type { Mode } from '../modes/mode.ts'
import { firstInstr, isCompressed } from '../program/first-instr.ts'

/** The operation by which a machine says that compressed instructions count as what they stand for. */
const COMPRESSED = 'compressed'

/** The first in the guest's code that the machine does not list. */
function unlistedIn({ chipIndex }: Machine, image: Image, decode: Decoder): Instr | undefined {
  const refusesHalves = decode.slotBytes === 2 && !chipIndex.has(COMPRESSED)
  if (!refusesHalves && !decode.rows.some(row => row.isListed === true && !chipIndex.has(row.name))) return undefined
  const isUnlisted = (instr: Instr): boolean => instr.row.isListed === true && !chipIndex.has(operationOf(instr))
  return firstInstr(image, decode, instr => isUnlisted(instr) || (refusesHalves && isCompressed(instr)))
}

const HINT = 'Choose mode pure, or a machine that lists the instruction: with a chip, or beside nop (docs/machine.md).'
const COMPRESSED_HINT =
  'Choose mode pure, build the guest without C, or choose a machine that lists the operation compressed ' +
  '(docs/machine.md).'

/** What it was about to be counted in. */
interface Counting {
  readonly machine: Machine
  /** Its name. */
  readonly mode: string
  /** Those of the guest. */
  readonly tables: readonly InstructionTable[]
}

function unlistedError(instr: Instr, { machine, mode, tables }: Counting): RvrError {
  // Of a compressed one, its own name: the machine may have a chip for what it stands for.
  const isHalf = isCompressed(instr)
  const name = isHalf ? disassemble(instr).split(' ')[0]! : instr.row.name
  const table = tables.find(({ rows }) => rows.some(row => row.name === name))?.name
  const extension = titleOf(isHalf ? 'c' : (table ?? name))
  return new RvrError(
    'USAGE',
    `machine ${machine.name} has no chip for ${name} (extension ${extension}), so mode ${mode} cannot count it: ` +
      `${disassemble(instr)} at ${hexText(instr.pc)}`,
    {
      hint: isHalf ? COMPRESSED_HINT : HINT,
      details: { machine: machine.name, mode, instruction: name, extension, pc: instr.pc },
    },
  )
}

/** A guest as a machine counts it. */
interface Counted {
  readonly image: Image
  readonly abi: GuestAbi
  readonly machine: Machine
}

const known = new WeakMap<Decoder, WeakMap<Image, WeakMap<Machine, Instr | false>>>()

/**
 * The mode.
 *
 * @throws RvrError `USAGE`: it counts rows, or records what they are filled from, and the machine says nothing of one
 *   of the guest's instructions; or it knows the memory of machines alone, and the guest has other
 */
export function checkListed<Name extends string>(mode: Mode<Name>, { image, abi, machine }: Counted): Mode<Name> {
  if (mode.ofMachineMemory === true) checkMachineMemory(image, `mode ${mode.name}`)
  if (!mode.reportsCost && mode.recordsRows !== true) return mode
  const decode = decoderFor(image.xlen, abi)
  const byImage = known.get(decode) ?? new WeakMap<Image, WeakMap<Machine, Instr | false>>()
  const byMachine = byImage.get(image) ?? new WeakMap<Machine, Instr | false>()
  const first = byMachine.get(machine) ?? unlistedIn(machine, image, decode) ?? false
  known.set(decode, byImage.set(image, byMachine.set(machine, first)))
  if (first !== false) throw unlistedError(first, { machine, mode: mode.name, tables: abi.extensions })
  return mode
}
