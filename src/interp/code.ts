/** The guest's code, decoded slot by slot when it is first reached. */
import { ADDRESSES, type Image } from '../elf/image.ts'
import type { Decoder } from '../isa/table.ts'
import { operationFor, type Operation } from './operation.ts'
import { fetchFrom, rangeAt } from '../program/slots.ts'

export interface Code {
  /** The operation at `pc`; undefined where `pc` is no instruction slot. */
  at(pc: number): Operation | undefined
}

/** Bytes whose slots share one array; a guest whose executable segment is mostly zero then costs no memory for them. */
const PAGE_SHIFT = 14
const PAGE = 1 << PAGE_SHIFT

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
  const { slotBytes } = decode
  const mask = slotBytes - 1
  const shift = slotBytes >>> 1
  const pages = new Map<number, (Operation | undefined)[]>()
  let currentNumber = -1
  let current: (Operation | undefined)[] = []
  const decodeSlot = (pc: number): Operation | undefined => {
    const range = rangeAt(image, slotBytes, pc)
    return range && operationFor(image, pc, fetchFrom(range, decode, pc))
  }
  return {
    at(pc) {
      if (pc < 0 || pc >= ADDRESSES || (pc & mask) !== 0) return undefined
      const number = pc >>> PAGE_SHIFT
      if (number !== currentNumber) {
        let page = pages.get(number)
        if (page === undefined) {
          if (decodeSlot(pc) === undefined) return undefined
          pages.set(number, (page = Array.from<Operation | undefined>({ length: PAGE >> shift })))
        }
        current = page
        currentNumber = number
      }
      const index = (pc & (PAGE - 1)) >> shift
      return (current[index] ??= decodeSlot(pc))
    },
  }
}
