/** Runs assembled code in the reference interpreter. */
import { MEMORY_BYTES, type Image, type Xlen } from '../../src/elf/image.ts'
import { parseElf } from '../../src/elf/parse.ts'
import type { AbiName, AbiOptions, HostState } from '../../src/extensions/abi.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import {
  createInterpreter,
  type Interpreter,
  type StopReason,
  type Stretch,
  type StretchOptions,
} from '../../src/interp/interpreter.ts'
import type { Instr } from '../../src/isa/row.ts'
import { loadImage } from '../../src/interp/memory.ts'
import { createHart, type Hart } from '../../src/program/hart.ts'
import type { Trap } from '../../src/program/trap.ts'
import { assembler, type Assembler } from './assembler.ts'
import { buildElf, type SegmentSpec } from './elf-builder.ts'

export const TEXT = 0x200800

/** Prices executed instructions; `rows`: what one adds to its own chip. */
export interface Meter {
  cost(instr: Instr, rows: number): number
}

export interface GuestOptions extends Partial<AbiOptions> {
  readonly xlen?: Xlen
  readonly abi?: AbiName
  readonly meter?: Meter
  /** Segments beside the code. */
  readonly data?: readonly SegmentSpec[]
  /** Bytes of the code segment in memory, when it is longer than the code. */
  readonly memorySize?: number
}

export interface Guest {
  readonly image: Image
  readonly hart: Hart
  readonly host: HostState
  readonly interpreter: Interpreter
  readonly printed: { stream: string; text: string }[]
  /** `cost`: what the meter says of all instructions of the stretch; 0 without one. */
  run(options?: Partial<StretchOptions>): Stretch & { readonly cost: number }
}

/** A guest at its first instruction, whose code `write` assembles. */
export function guest(write: (a: Assembler) => unknown, options: GuestOptions = {}): Guest {
  const { xlen = 64, abi: abiName = 'openvm', data = [], memorySize, meter } = options
  const code = assembler(xlen, TEXT)
  write(code)
  const text = { address: TEXT, bytes: code.finish(), flags: 5, ...(memorySize !== undefined && { memorySize }) }
  const image = parseElf(buildElf({ xlen, entry: TEXT, segments: [text, ...data] }), 'guest.elf')
  const abi = abiNamed(abiName)
  const abiOptions = { ...options, inputs: options.inputs ?? [] }
  const hart = createHart(xlen, new Uint8Array(MEMORY_BYTES))
  loadImage(image, hart.memory)
  abi.start(image, hart, abiOptions)
  const host = abi.host.create(image, abiOptions)
  let cost = 0
  const watcher = {
    retired(instr: Instr | undefined, _pc: number, rows: number): void {
      if (instr !== undefined) cost += meter!.cost(instr, rows)
    },
  }
  const interpreter = createInterpreter(image, abi, meter === undefined ? {} : { watcher })
  const printed: { stream: string; text: string }[] = []
  return {
    image,
    hart,
    host,
    interpreter,
    printed,
    run(stretch) {
      cost = 0
      const done = interpreter.run(hart, host, {
        maxInstructions: 100_000,
        print: (stream, bytes) => printed.push({ stream, text: new TextDecoder().decode(bytes) }),
        ...stretch,
      })
      return { ...done, cost }
    },
  }
}

/** The trap of a stop reason; fails the test where it is something else. */
export function trapOf(reason: StopReason): Trap {
  if (reason.type !== 'trap') throw new Error(`stopped with ${JSON.stringify(reason)}, wanted a trap`)
  return reason.trap
}
