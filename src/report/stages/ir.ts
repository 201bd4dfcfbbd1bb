/** `rvr emit --stage ir`: every instruction slot of the lifted program. */
import { hexText } from '../../hex.ts'
import type { Program } from '../../program/program.ts'
import { readableNames } from '../../elf/symbols.ts'
import { disassemble } from '../../isa/disassemble.ts'

const word = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')

interface Slot {
  readonly pc: number
  readonly word: number
  /** Assembly text; undefined where the word is no known instruction. */
  readonly text: string | undefined
  /** Function that starts here. */
  readonly symbol: string | undefined
}

function slotsOf(program: Program): Slot[] {
  const { image, base, instrs } = program
  const names = new Map<number, string>()
  for (const symbol of image.symbols)
    if (symbol.kind === 'function' && !names.has(symbol.address)) names.set(symbol.address, symbol.name)
  const segment = image.segments.find(
    ({ executable, address, memorySize }) => executable && base >= address && base < address + memorySize,
  )
  const view =
    segment === undefined
      ? undefined
      : new DataView(segment.bytes.buffer, segment.bytes.byteOffset + base - segment.address, instrs.length * 4)
  return instrs.map((instr, index) => {
    const pc = base + index * 4
    return {
      pc,
      word: view?.getUint32(index * 4, true) ?? 0,
      text: instr === undefined ? undefined : disassemble(instr),
      symbol: names.get(pc),
    }
  })
}

export function irJson(program: Program) {
  return {
    stage: 'ir',
    xlen: program.xlen,
    base: hexText(program.base),
    slots: slotsOf(program).map(slot => ({
      pc: hexText(slot.pc),
      word: word(slot.word),
      text: slot.text,
      symbol: slot.symbol,
    })),
  }
}

/** A listing: `pc: word  text`, with the function's name in front of its first instruction. */
export function irText(program: Program): string {
  const slots = slotsOf(program)
  const names = readableNames(program.image)
  names.all(slots.flatMap(({ symbol }) => symbol ?? []))
  const lines = slots.map(({ pc, word: bits, text = '(not compiled)', symbol }) => {
    const title = symbol === undefined ? '' : `\n${word(pc)} <${names.of(symbol)}>:\n`
    return `${title}${word(pc)}: ${word(bits)}  ${text}\n`
  })
  return lines.join('').replace(/^\n/, '')
}
