/** Guest ABI `htif`: bare programs at 0x80000000 that ask their host by a store to the word `tohost`. */
import { watchedWords } from '../../elf/direct.ts'
import { hexText, wordText } from '../../hex.ts'
import { foreignText } from '../../isa/foreign.ts'
import { bytesAt, isInMemory } from '../../program/access.ts'
import type { Hart } from '../../program/hart.ts'
import type { TrapKind } from '../../program/trap.ts'
import type { Image } from '../../elf/image.ts'
import type { GuestSystem, HostOutcome, PrintSink } from '../abi.ts'
import { openVmHost } from '../io/host.ts'

const WATCHED = ['tohost', 'fromhost'] as const
/** Of the 64 bits of `tohost`: device, command, and what they are about. */
const DEVICE_SHIFT = 56n
const COMMAND_SHIFT = 48n
const PAYLOAD = (1n << COMMAND_SHIFT) - 1n
const CONSOLE_WRITE = 0x0101n
const CALL_WORDS = 4
const WRITE = 64n
const EXIT = 93n
const EBADF = 9n
const EFAULT = 14n
const ENOSYS = 38n
const streams: Readonly<Record<string, Parameters<PrintSink>[0]>> = { 1: 'stdout', 2: 'stderr' }

const proceed: HostOutcome = { type: 'continue' }
const trap = (kind: TrapKind, pc: number, message: string): HostOutcome => ({
  type: 'trap',
  trap: { kind, pc, message },
})

function setWord(hart: Hart, address: number | undefined, value: bigint): void {
  if (address !== undefined) hart.view.setBigUint64(address - hart.window.base, value, true)
}

/** Number and arguments lie in memory, 8 bytes each; the result comes into the first, and `fromhost` becomes 1. */
function systemCall(hart: Hart, address: bigint, fromhost: number | undefined, print: PrintSink): HostOutcome {
  if (!isInMemory(hart.window, address, 8 * CALL_WORDS))
    return trap('operand-invalid', hart.pc, `tohost: a system call at ${hexText(address)}, outside guest memory`)
  const at = Number(address) - hart.window.base
  const word = (index: number): bigint => hart.view.getBigUint64(at + 8 * index, true)
  const [number, first, from, count] = [word(0), word(1), word(2), word(3)]
  if (number === EXIT) return { type: 'terminate', exitCode: Number(first & 0xffn) }
  let result = -ENOSYS
  const stream = streams[`${first}`]
  if (number === WRITE) {
    const isInside = isInMemory(hart.window, from, count)
    if (stream !== undefined && isInside && count > 0n) print(stream, bytesAt(hart, Number(from), Number(count)))
    if (stream === undefined) result = -EBADF
    else result = isInside ? count : -EFAULT
  }
  hart.view.setBigUint64(at, BigInt.asUintN(64, result), true)
  setWord(hart, fromhost, 1n)
  return proceed
}

function stored(image: Image, hart: Hart, print: PrintSink): HostOutcome {
  const words = watchedWords(image.memory, image.symbols)
  const tohost = words.get('tohost')!
  const value = hart.view.getBigUint64(tohost - hart.window.base, true)
  if (value === 0n) return proceed
  setWord(hart, tohost, 0n)
  const payload = value & PAYLOAD
  const command = value >> COMMAND_SHIFT
  if (command === CONSOLE_WRITE) {
    print('stdout', Uint8Array.of(Number(payload & 0xffn)))
    return proceed
  }
  if (command !== 0n) {
    const device = value >> DEVICE_SHIFT
    return trap('operand-invalid', hart.pc, `tohost: device ${device} has no command ${command & 0xffn} here`)
  }
  if ((payload & 1n) === 1n) return { type: 'terminate', exitCode: Number((payload >> 1n) & 0xffn) }
  return systemCall(hart, payload, words.get('fromhost'), print)
}

export const htif: GuestSystem = {
  name: 'htif',
  memory: { base: 0x8000_0000, bytes: 2 ** 31, watched: WATCHED },
  base: [],
  host: openVmHost,
  start: (image, hart) => {
    hart.x.fill(0n)
    hart.pc = image.entry
  },
  unknown: (pc, word, xlen) => {
    const foreign = foreignText(word, xlen)
    const also = foreign === undefined ? '' : `; it is ${foreign}`
    return trap('illegal-instruction', pc, `the word ${wordText(word)} is no instruction of bare programs here${also}`)
  },
  stored,
}
