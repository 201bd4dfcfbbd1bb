/** Guest ABI `linux`: statically linked programs that use system calls for input, output and memory. */
import { wordText } from '../../hex.ts'
import { foreignText } from '../../isa/foreign.ts'
import type { GuestSystem, HostOutcome } from '../abi.ts'
import type { Extension, Handler } from '../extension.ts'
import { systemCall, type SystemHandler } from './call.ts'
import { ENOSYS } from './errno.ts'
import { close, fstat, lseek, read, write, writev } from './files.ts'
import { linuxHost, type LinuxHost } from './host.ts'
import { brk, clockGettime, clockGettime64, exit, getrandom } from './process.ts'
import { rows } from './rows.ts'
import { writeStack } from './stack.ts'

const DEFAULT_ARGS = ['guest']
const SP = 2
const A0 = 10
const A7 = 17
/** What the assembler writes for `unimp`: csrrw x0, cycle, x0. */
const UNIMP = 0xc000_1073

/** System calls by their generic number (asm-generic/unistd.h); every other number returns -ENOSYS. */
const handlers: Readonly<Record<number, SystemHandler>> = {
  57: close,
  62: lseek,
  63: read,
  64: write,
  66: writev,
  80: fstat,
  93: exit,
  94: exit,
  113: clockGettime,
  214: brk,
  278: getrandom,
}
const rv32Handlers: Readonly<Record<number, SystemHandler>> = { ...handlers, 403: clockGettime64 }

const illegal = (pc: number, what: string): HostOutcome => ({
  type: 'trap',
  trap: { kind: 'illegal-instruction', pc, message: what },
})

const ecall: Handler<LinuxHost> = (_instr, hart, host, print) => {
  const handler = (hart.xlen === 32 ? rv32Handlers : handlers)[Number(hart.x[A7])]
  const result = handler === undefined ? -ENOSYS : handler(systemCall(hart, host, print))
  if (typeof result !== 'number') return { type: 'terminate', exitCode: result.exitCode }
  hart.x[A0] = BigInt.asUintN(hart.xlen, BigInt(result))
  return { type: 'continue', untraced: true }
}

const extension: Extension<LinuxHost> = {
  name: 'linux',
  rows,
  handlers: { ecall, ebreak: instr => illegal(instr.pc, 'the guest executed ebreak') },
}

const system: GuestSystem<LinuxHost> = {
  name: 'linux',
  base: [extension],
  host: linuxHost,
  start: (image, hart, options) => {
    hart.x.fill(0n)
    hart.x[SP] = BigInt(writeStack(hart, image.entry, options.args ?? DEFAULT_ARGS, options.seed ?? 0n))
    hart.pc = image.entry
  },
  unknown: (pc, word, xlen) => {
    if (word >>> 0 === UNIMP)
      return illegal(pc, 'the guest executed unimp, which compilers place where execution must not come')
    const foreign = foreignText(word, xlen)
    return illegal(
      pc,
      `the word ${wordText(word)} is no known instruction${foreign === undefined ? '' : `; it is ${foreign}`}`,
    )
  },
}

/** Only its own handlers look into its host state. */
export const linux = system as unknown as GuestSystem
