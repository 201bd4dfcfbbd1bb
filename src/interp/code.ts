/** The guest's code, decoded slot by slot when it is first reached. */
import { MEMORY_BYTES, type Image } from '../elf/image.ts'
import type { Decoder } from '../isa/table.ts'
import { operationFor, type Operation } from './operation.ts'
import { slotRanges } from '../program/slots.ts'

export interface Code {
  /** The operation at `pc`; undefined where `pc` is no instruction slot. */
  at(pc: number): Operation | undefined
}

/** Slots that share one array; a guest whose executable segment is mostly zero bytes then costs no memory for them. */
const PAGE_SLOTS = 4096
const PAGE_SHIFT = 14

const known = new WeakMap<Image, WeakMap<Decoder, Code>>()

/** The code of an image by a decoder: what was reached once is decoded for all runs of the image on this thread. */
export function codeOf(image: Image, decode: Decoder): Code {
  let byDecoder = known.get(image)
  if (byDecoder === undefined) known.set(image, (byDecoder = new WeakMap()))
  let code = byDecoder.get(decode)
  if (code === undefined) byDecoder.set(decode, (code = createCode(image, decode)))
  return code
}

function createCode(image: Image, decode: Decoder): Code {
  const ranges = slotRanges(image)
  const pages = new Map<number, (Operation | undefined)[]>()
  let currentNumber = -1
  let current: (Operation | undefined)[] = []
  const decodeSlot = (pc: number): Operation | undefined => {
    const range = ranges.find(({ base, end }) => pc >= base && pc < end)
    if (range === undefined) return undefined
    const word = range.wordAt(pc)
    return operationFor(image.xlen, word, decode(word, pc))
  }
  return {
    at(pc) {
      if (pc < 0 || pc >= MEMORY_BYTES || (pc & 3) !== 0) return undefined
      const number = pc >>> PAGE_SHIFT
      if (number !== currentNumber) {
        let page = pages.get(number)
        if (page === undefined) {
          if (decodeSlot(pc) === undefined) return undefined
          pages.set(number, (page = Array.from<Operation | undefined>({ length: PAGE_SLOTS })))
        }
        current = page
        currentNumber = number
      }
      const index = (pc >>> 2) & (PAGE_SLOTS - 1)
      return (current[index] ??= decodeSlot(pc))
    },
  }
}
