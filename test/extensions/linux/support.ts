/** System calls one by one, by the handlers of ABI `linux`. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { MEMORY_BYTES, type Xlen } from '../../../src/elf/image.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import type { AbiOptions, HostOutcome } from '../../../src/extensions/abi.ts'
import { findDirectories, type GuestDirectory } from '../../../src/extensions/linux/files/directories.ts'
import type { LinuxHost } from '../../../src/extensions/linux/host.ts'
import { linuxHost } from '../../../src/extensions/linux/keeper.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { createInterpreter } from '../../../src/interp/interpreter.ts'
import { createHart, type Hart } from '../../../src/program/hart.ts'
import { assembler } from '../../support/assembler.ts'
import { buildElf } from '../../support/elf-builder.ts'

const TEXT = 0x1000
/** Where tests put what calls point at. */
export const DATA = 0x10_0000
export const PATHS = 0x20_0000

const memory = { 32: new Uint8Array(MEMORY_BYTES), 64: new Uint8Array(MEMORY_BYTES) }

function imageOf(xlen: Xlen) {
  const code = assembler(xlen, TEXT)
  code.op('ecall')
  const segments = [{ address: TEXT, bytes: code.finish(), flags: 5 }]
  return parseElf(buildElf({ xlen, entry: TEXT, segments }), 'guest.elf')
}
export const images = { 32: imageOf(32), 64: imageOf(64) }

export interface Caller {
  readonly hart: Hart
  readonly host: LinuxHost
  readonly printed: string[]
  /** What a0 is afterwards, signed. A text among the arguments is put into memory, and its address is the argument. */
  call(number: number, ...args: (number | bigint | string)[]): number
  /** The same for calls that trap or end the guest. */
  outcome(number: number, ...args: (number | bigint | string)[]): HostOutcome
  text(address: number, length: number): string
  /** Zero-terminated. */
  put(address: number, text: string): void
}

interface CallerOptions extends Partial<Omit<AbiOptions, 'directories'>> {
  readonly xlen?: Xlen
  readonly directories?: readonly GuestDirectory[]
  /** Goes on from this. */
  readonly host?: LinuxHost
}

/** A guest that makes calls; memory is zero where earlier ones of the same test did not write. */
export function caller({ xlen = 64, directories = [], host: before, ...options }: CallerOptions = {}): Caller {
  const abi = abiNamed('linux')
  const image = images[xlen]
  const hart = createHart(xlen, memory[xlen])
  hart.memory.fill(0, DATA, PATHS + 0x20_0000)
  const found = findDirectories(directories)
  const host = before ?? linuxHost.create(image, { inputs: [], ...options, directories: found })
  onTestFinished(() => linuxHost.release!(host))
  const instr = createInterpreter(image, abi).instrAt(TEXT)!
  const printed: string[] = []
  const put = (address: number, text: string): void => hart.memory.set(Buffer.from(`${text}\0`), address)
  const outcome: Caller['outcome'] = (number, ...args) => {
    let at = PATHS
    hart.x.fill(0n)
    hart.x[17] = BigInt(number)
    for (const [index, argument] of args.entries()) {
      if (typeof argument === 'string') {
        put(at, argument)
        hart.x[10 + index] = BigInt(at)
        at += 0x2000
      } else hart.x[10 + index] = BigInt.asUintN(xlen, BigInt(argument))
    }
    hart.instret++
    return abi.execute(instr, hart, host as never, (stream, bytes) => {
      printed.push(`${stream}: ${Buffer.from(bytes).toString()}`)
    })
  }
  return {
    hart,
    host,
    printed,
    outcome,
    put,
    call: (number, ...args) => {
      const end = outcome(number, ...args)
      if (end.type !== 'continue') throw new Error(`the call ended: ${JSON.stringify(end)}`)
      return Number(BigInt.asIntN(xlen, hart.x[10]!))
    },
    text: (address, length) => Buffer.from(hart.memory.slice(address, address + length)).toString(),
  }
}

/** A directory of the test's own. */
export function scratch(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'rvr-linux-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A directory below another. */
export function folder(...parts: [string, ...string[]]): string {
  const path = join(...parts)
  mkdirSync(path, { recursive: true })
  return path
}
