/** --dump-registers and --dump-memory of `rvr run`. */
import { hexText } from '../../hex.ts'
import type { Option } from 'commander'
import { ADDRESSES } from '../../elf/image.ts'
import { RvrError } from '../../errors.ts'
import type { Dumps, MemoryRange } from '../../report/run/dumps.ts'
import { option, repeatable } from './declare.ts'
import { parseCount } from './values.ts'

export interface DumpOptions {
  readonly dumpRegisters?: boolean
  readonly dumpMemory?: readonly MemoryRange[]
}

/** Bytes that one option shows. */
const MOST_BYTES = 2 ** 20

const usage = (message: string, hint: string): RvrError => new RvrError('USAGE', message, { hint })

/** `0x300000,64` @throws RvrError `USAGE`. */
export function parseRange(text: string): MemoryRange {
  const [, address, length] = /^([^,]+),([^,]+)$/.exec(text) ?? []
  if (address === undefined || length === undefined) {
    throw usage(`${JSON.stringify(text)} is no range of memory`, 'Write address and number of bytes: 0x300000,64.')
  }
  const from = parseCount(address)
  const bytes = parseCount(length)
  if (bytes > MOST_BYTES) {
    throw usage(`${bytes} bytes are more than --dump-memory shows`, `The greatest number is ${MOST_BYTES}.`)
  }
  if (from + bytes > ADDRESSES) {
    const last = hexText(ADDRESSES - 1)
    const range = `${bytes} bytes at ${hexText(from)}`
    throw usage(`${range} are not inside guest memory`, `Guest addresses are 0 … ${last}.`)
  }
  return { address: Number(from), length: Number(bytes) }
}

export const dumpOptions = (): Option[] => [
  option('--dump-registers', 'report pc and registers where the guest stopped'),
  repeatable(
    '--dump-memory <address,bytes>',
    'report memory where the guest stopped, up to 1 MiB, repeatable',
    parseRange,
  ),
]

/** What was asked for; undefined where nothing was. */
export function dumpsOf({ dumpRegisters = false, dumpMemory = [] }: DumpOptions): Dumps | undefined {
  return dumpRegisters || dumpMemory.length > 0 ? { registers: dumpRegisters, memory: dumpMemory } : undefined
}
