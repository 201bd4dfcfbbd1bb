/** --dump-registers and --dump-memory of `rvr run`. */
import { Option, type Command } from 'commander'
import { MEMORY_BYTES } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import type { Dumps, MemoryRange } from '../report/dumps.ts'
import { parseCount } from './values.ts'

export interface DumpOptions {
  readonly dumpRegisters?: boolean
  readonly dumpMemory?: readonly MemoryRange[]
}

/** Bytes that one option shows. */
const MOST_BYTES = 2 ** 20

/** `0x300000,64` @throws RvrError `USAGE`. */
export function parseRange(text: string): MemoryRange {
  const [, address, length] = /^([^,]+),([^,]+)$/.exec(text) ?? []
  if (address === undefined || length === undefined) throw new RvrError('USAGE', `${JSON.stringify(text)} is no range of memory`, { hint: 'Write address and number of bytes: 0x300000,64.' })
  const from = parseCount(address), bytes = parseCount(length)
  if (bytes > MOST_BYTES) throw new RvrError('USAGE', `${bytes} bytes are more than --dump-memory shows`, { hint: `The greatest number is ${MOST_BYTES}; run.memory of the SDK has all.` })
  if (from + bytes > MEMORY_BYTES) throw new RvrError('USAGE', `${bytes} bytes at 0x${from.toString(16)} are not inside guest memory`, { hint: `Guest addresses are 0 … 0x${(MEMORY_BYTES - 1).toString(16)}.` })
  return { address: Number(from), length: Number(bytes) }
}

export function addDumpOptions(command: Command): Command {
  return command.option('--dump-registers', 'report pc and registers where the guest stopped')
    .addOption(new Option('--dump-memory <address,bytes>', 'report memory where the guest stopped, up to 1 MiB, repeatable')
      .argParser((value: string, earlier: readonly MemoryRange[] | undefined) => [...earlier ?? [], parseRange(value)]))
}

/** What was asked for; undefined where nothing was. */
export function dumpsOf({ dumpRegisters = false, dumpMemory = [] }: DumpOptions): Dumps | undefined {
  return dumpRegisters || dumpMemory.length > 0 ? { registers: dumpRegisters, memory: dumpMemory } : undefined
}
