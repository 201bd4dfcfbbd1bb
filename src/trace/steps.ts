/** Executes the instructions of a segment, one at a time, and tells what the rows of each are about. */
import type { Image } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { GuestAbi, HostState } from '../extensions/abi.ts'
import { readMemory } from '../interp/access.ts'
import { accessOrder, resolveOperands } from '../interp/call.ts'
import { createInterpreter, type Interpreter } from '../interp/interpreter.ts'
import type { CallRow, Instr } from '../isa/row.ts'
import { MEMORY } from '../layout/meter.ts'
import type { Hart } from '../program/hart.ts'
import type { Coded, Coder } from './coding.ts'
import { reasonAgainst, unprovable, type Touch } from './unprovable.ts'

/** What a trace is of. */
export interface TracedGuest {
  readonly image: Image
  readonly abi: GuestAbi
}

/** A guest between two instructions. It goes on from here. */
export interface Standing extends TracedGuest {
  readonly hart: Hart
  readonly host: HostState
  /** Instructions retired so far. */
  instret: number
}

/** An executed instruction, as its rows have it. */
export interface Step {
  readonly instr: Instr
  readonly coded: Coded
  /** Instructions retired before it. */
  readonly instret: number
  /** What it computes for rd, whether or not that is written. */
  readonly result: bigint
  readonly next: number
  /** Words that it takes from the hint stream, a row for each; none where it has one row and takes none. */
  readonly hints: readonly bigint[]
  /** What it has accessed besides registers. */
  readonly touches: readonly Touch[]
}

export interface Recording {
  readonly instructions: number
  readonly coder: Coder
  /** Hears of bytes that the next instruction accesses, before it does. */
  readonly onTouch: (touch: Touch) => void
}

/** How the guest ended in the segment. */
export interface Ending {
  readonly exitCode: number
}

const interpreters = new WeakMap<Image, WeakMap<GuestAbi, Interpreter>>()

function interpreterOf({ image, abi }: Standing): Interpreter {
  let byAbi = interpreters.get(image)
  if (byAbi === undefined) interpreters.set(image, (byAbi = new WeakMap()))
  let interpreter = byAbi.get(abi)
  if (interpreter === undefined) byAbi.set(abi, (interpreter = createInterpreter(image, abi)))
  return interpreter
}

/** Nothing where the call traps. */
function operandsOf(row: CallRow, instr: Instr, hart: Hart): readonly Touch[] {
  const resolved = resolveOperands(row, instr, hart)
  if (resolved.trap !== undefined) return []
  return accessOrder(row, resolved.operands).map(operand => ({ space: MEMORY, ...operand }))
}

/** What the instruction is about to access: nothing where it accesses no memory, or traps. */
export function touchesOf(instr: Instr, hart: Hart, abi: GuestAbi): readonly Touch[] {
  const { row, rs1, imm } = instr
  if (row.kind === 'load' || row.kind === 'store') {
    const address = Number(BigInt.asUintN(hart.xlen, hart.x[rs1]! + BigInt(imm)))
    return [{ space: MEMORY, address, length: row.width }]
  }
  if (row.kind === 'call') return operandsOf(row, instr, hart)
  const touched = row.kind === 'host' ? abi.effects(instr, hart).touched : undefined
  return touched === undefined ? [] : [touched]
}

/** What the instruction has computed for rd. */
function resultOf({ row, rd, pc }: Instr, { hart }: Standing, touch: Touch | undefined): bigint {
  switch (row.kind) {
    case 'alu':
    case 'upper':
      return rd === 0 ? 0n : hart.x[rd]!
    case 'load':
      if (rd !== 0) return hart.x[rd]!
      return BigInt.asUintN(hart.xlen, readMemory(hart.view, touch!.address, row.width, row.signed))
    case 'jal':
    case 'jalr':
      return BigInt(pc + 4)
    case 'call':
      return row.result === 'register' ? hart.x[rd]! : 0n
    default:
      return 0n
  }
}

/** Words that a host instruction has put into memory. */
function hintsOf({ row }: Instr, { hart }: Standing, touch: Touch | undefined): bigint[] {
  if (row.kind !== 'host' || touch?.space !== MEMORY) return []
  const bytes = hart.xlen / 8
  const words: bigint[] = []
  for (let at = touch.address; at < touch.address + touch.length; at += bytes)
    words.push(BigInt.asUintN(hart.xlen, readMemory(hart.view, at, bytes, false)))
  return words
}

/**
 * Goes on for exactly so many instructions, or to the end of the guest, which has to be the last of them.
 *
 * @throws RvrError `UNPROVABLE` in front of an instruction that no row can show, or that traps; `INTERNAL` where the
 *   guest ends elsewhere
 */
export function* recordedSteps(standing: Standing, recording: Recording): Generator<Step, Ending | undefined> {
  const { hart, host } = standing
  const { instructions, coder, onTouch } = recording
  const interpreter = interpreterOf(standing)
  const execute = { maxInstructions: 1, print: () => {} }
  for (let left = instructions; left > 0; left--) {
    const { pc } = hart
    const { instret } = standing
    const place = { pc, instret }
    const instr = interpreter.instrAt(pc)
    const coded = instr && coder(instr)
    const touches = instr === undefined ? [] : touchesOf(instr, hart, standing.abi)
    const isPlain = instr !== undefined && !(instr.row.kind === 'host' && instr.row.ends === true)
    if (isPlain && coded === undefined) throw unprovable(`no AIR has the instruction ${instr.row.name}`, place)
    const against = isPlain ? reasonAgainst(instr, touches, hart) : undefined
    if (against === undefined) for (const touch of touches) onTouch(touch)
    hart.instret = BigInt(instret)
    const { reason, executed } = interpreter.run(hart, host, execute)
    if (reason.type === 'trap') throw unprovable(`it traps: ${reason.trap.message}`, place)
    if (against !== undefined) throw unprovable(against, place)
    standing.instret += executed
    if (reason.type === 'terminated') {
      if (left !== 1) throw new RvrError('INTERNAL', `the guest ends ${left - 1} instructions before its segment`)
      return { exitCode: reason.exitCode }
    }
    const [touch] = touches
    const after = { result: resultOf(instr!, standing, touch), hints: hintsOf(instr!, standing, touch), touches }
    yield { instr: instr!, coded: coded!, instret, next: hart.pc, ...after }
  }
  return undefined
}
