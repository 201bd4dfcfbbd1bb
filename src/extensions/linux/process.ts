/** System calls on the process: its end, its numbers, its limits, the machine it is on, random bytes. */
import { drawRandom, type RandomState } from '../random.ts'
import { guestBytes, setGuestWord, type SystemHandler } from './call.ts'
import { elapsed } from './clock.ts'
import { EFAULT, EINVAL, EPERM, ESRCH } from './errno.ts'
import { MOST_DESCRIPTORS } from './files/table.ts'
import { STACK_BYTES } from './layout.ts'

/** exit(code), exit_group(code): the low eight bits, as a shell would see them. */
export const exit: SystemHandler = ({ int }) => ({ exitCode: int(0) & 0xff })

/** User and group, real and effective. */
export const USER = 1000
const PARENT = 1
const MOST_PID = 32_766n
const AT_RANDOM_WORDS = 2n

/** The random bytes that a guest begins with follow from the seed, and are no part of what getrandom draws. */
export const initialRandom = (seed: bigint): RandomState => ({ seed: -1n - seed, drawn: 0n })

/** The process's number, 2 … 32767. */
export function pidOf(seed: bigint): number {
  const bytes = drawRandom({ ...initialRandom(seed), drawn: AT_RANDOM_WORDS }, 8)
  return 2 + Number(Buffer.from(bytes).readBigUInt64LE() % MOST_PID)
}

export const getpid: SystemHandler = ({ host }) => host.pid
export const getppid: SystemHandler = () => PARENT
export const getuid: SystemHandler = () => USER

/** Random bytes that are drawn at once: whole words, so that the stream is that of one draw. */
const DRAWN_AT_ONCE = 2 ** 16

/** getrandom(buffer, length, flags): bytes of the host's seeded generator. */
export const getrandom: SystemHandler = ({ hart, host, argument }) => {
  const target = guestBytes(hart, argument(0), argument(1))
  if (target === undefined) return -EFAULT
  for (let at = 0; at < target.length; at += DRAWN_AT_ONCE) {
    const part = target.subarray(at, at + DRAWN_AT_ONCE)
    part.set(drawRandom(host.random, part.length))
  }
  return target.length
}

const NAME_BYTES = 65

/** uname(buffer): system, node, release, version, machine, domain. The release is one that C libraries go with. */
export const uname: SystemHandler = ({ hart, argument }) => {
  const names = ['Linux', 'rvr', '6.12.0', '#1', `riscv${hart.xlen}`, '(none)']
  const buffer = guestBytes(hart, argument(0), names.length * NAME_BYTES)
  if (buffer === undefined) return -EFAULT
  buffer.fill(0)
  for (const [index, name] of names.entries()) buffer.set(Buffer.from(name), index * NAME_BYTES)
  return 0
}

const INFINITE = 2n ** 64n - 1n
const LIMITS = 16
const RLIMIT_STACK = 3
const RLIMIT_CORE = 4
const RLIMIT_NOFILE = 7
const limitOf = (resource: number): bigint => {
  if (resource === RLIMIT_STACK) return BigInt(STACK_BYTES)
  if (resource === RLIMIT_NOFILE) return BigInt(MOST_DESCRIPTORS)
  return resource === RLIMIT_CORE ? 0n : INFINITE
}

/** prlimit64(process, resource, limit, old): limits are what they are. */
export const prlimit64: SystemHandler = ({ hart, host, argument, int }) => {
  const [process, resource] = [int(0), int(1)]
  if (process !== 0 && process !== host.pid) return -ESRCH
  if (resource < 0 || resource >= LIMITS) return -EINVAL
  if (argument(2) !== 0n) return -EPERM
  if (argument(3) === 0n) return 0
  if (guestBytes(hart, argument(3), 16) === undefined) return -EFAULT
  const at = Number(argument(3))
  for (const offset of [0, 8]) hart.view.setBigUint64(at + offset, limitOf(resource), true)
  return 0
}

/** getrlimit(resource, limit): numbers of the guest's width. */
export const getrlimit: SystemHandler = ({ hart, argument, int }) => {
  const resource = int(0)
  const width = hart.xlen / 8
  if (resource < 0 || resource >= LIMITS) return -EINVAL
  if (guestBytes(hart, argument(1), 2 * width) === undefined) return -EFAULT
  for (const offset of [0, width]) setGuestWord(hart, Number(argument(1)) + offset, limitOf(resource))
  return 0
}

const MICROSECONDS = 1000n
const SECOND = 1_000_000_000n

/** getrusage(who, usage): the time that the guest's instructions take; all other numbers are 0. */
export const getrusage: SystemHandler = ({ hart, argument }) => {
  const width = hart.xlen / 8
  const usage = guestBytes(hart, argument(1), 18 * width)
  if (usage === undefined) return -EFAULT
  usage.fill(0)
  const at = Number(argument(1))
  setGuestWord(hart, at, hart.instret / SECOND)
  setGuestWord(hart, at + width, (hart.instret % SECOND) / MICROSECONDS)
  return 0
}

/** sysinfo(buffer): how long it has been up, and its memory. */
export const sysinfo: SystemHandler = call => {
  const { hart, argument } = call
  const width = hart.xlen / 8
  // uptime, 3 loads, 6 amounts of memory, u16 processes, u16, 2 amounts of memory, u32 unit, padding to 64 on RV32
  const info = guestBytes(hart, argument(0), width === 8 ? 112 : 64)
  if (info === undefined) return -EFAULT
  info.fill(0)
  const at = Number(argument(0))
  setGuestWord(hart, at, elapsed(call) / SECOND)
  setGuestWord(hart, at + 4 * width, hart.memory.length)
  setGuestWord(hart, at + 5 * width, hart.memory.length)
  hart.view.setUint16(at + 10 * width, 1, true)
  hart.view.setUint32(at + 13 * width, 1, true)
  return 0
}

/** Calls that have nothing to do here and say so by 0. */
export const nothing: SystemHandler = () => 0

/** umask(mask): the one before. */
export const umask: SystemHandler = ({ host, int }) => {
  const before = host.umask
  host.umask = int(0) & 0o777
  return before
}
