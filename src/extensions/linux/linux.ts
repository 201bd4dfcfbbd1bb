/** Guest ABI `linux`: statically linked programs that use system calls for input, output, files and memory. */
import { DEFAULT_MEMORY } from '../../elf/image.ts'
import { wordText } from '../../hex.ts'
import { foreignText } from '../../isa/foreign.ts'
import type { GuestSystem, HostOutcome } from '../abi.ts'
import type { Extension, Handler } from '../extension.ts'
import { systemCall } from './call.ts'
import { handlerOf } from './calls.ts'
import { ENOSYS } from './errno.ts'
import type { LinuxHost } from './host.ts'
import { hwcapOf } from './hwcap.ts'
import { linuxHost, MOST_UNKNOWN_CALLS } from './keeper.ts'
import { programHeaders } from './program-headers.ts'
import { rows } from './rows.ts'
import { writeStack } from './stack.ts'

const DEFAULT_ARGS = ['guest']
const SP = 2
const A0 = 10
const A7 = 17
/** What the assembler writes for `unimp`: csrrw x0, cycle, x0. */
const UNIMP = 0xc000_1073

const illegal = (pc: number, what: string): HostOutcome => ({
  type: 'trap',
  trap: { kind: 'illegal-instruction', pc, message: what },
})

/** Each number counts once. */
function remember({ unknownCalls }: LinuxHost, number: number): void {
  if (unknownCalls.length < MOST_UNKNOWN_CALLS && !unknownCalls.includes(number)) unknownCalls.push(number)
}

const ecall: Handler<LinuxHost> = ({ pc }, hart, host, print) => {
  const number = Number(BigInt.asIntN(hart.xlen, hart.x[A7]!))
  const handler = handlerOf(number, hart.xlen)
  if (handler === undefined) remember(host, number)
  const result = handler === undefined ? -ENOSYS : handler(systemCall(hart, host, print))
  if (typeof result === 'object') {
    if ('trap' in result) return { type: 'trap', trap: { ...result.trap, pc } }
    return { type: 'terminate', exitCode: result.exitCode }
  }
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
  memory: DEFAULT_MEMORY,
  base: [extension],
  host: linuxHost,
  start: (image, hart, options, sets) => {
    const { args = DEFAULT_ARGS, env = {}, seed = 0n } = options
    const { entry } = image
    const beginning = { entry, headers: programHeaders(image), hwcap: hwcapOf(sets), args, env, seed }
    hart.x.fill(0n)
    hart.x[SP] = BigInt(writeStack(hart, beginning))
    hart.pc = entry
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
