/** System calls on the process: exit, brk, clock_gettime, getrandom. */
import { drawRandom } from '../random.ts'
import { guestBytes, type SystemHandler } from './call.ts'
import { EFAULT } from './errno.ts'
import { BREAK_LIMIT, PAGE_BYTES } from './layout.ts'

/** exit(code), exit_group(code): the low eight bits, as a shell would see them. */
export const exit: SystemHandler = ({ int }) => ({ exitCode: int(0) & 0xff })

/** Random bytes that are drawn at once: whole words, so that the stream is that of one draw. */
const DRAWN_AT_ONCE = 2 ** 16

const pageUp = (address: number): number => Math.ceil(address / PAGE_BYTES) * PAGE_BYTES

/**
 * brk(address): the new break, or the unchanged one where the request is impossible. Pages that are given back read as
 * zero later.
 */
export const brk: SystemHandler = ({ hart, host, argument }) => {
  const wanted = argument(0)
  if (wanted < BigInt(host.brkStart) || wanted > BigInt(BREAK_LIMIT)) return host.brk
  const next = Number(wanted)
  if (next < host.brk) hart.memory.fill(0, pageUp(next), pageUp(host.brk))
  host.brk = next
  return next
}

/**
 * clock_gettime(clock, timespec): every clock stands at 0, because nothing of the outside may decide what a guest
 * computes.
 */
const clock =
  (bytes: (xlen: 32 | 64) => number): SystemHandler =>
  ({ hart, argument }) => {
    const timespec = guestBytes(hart, argument(1), BigInt(bytes(hart.xlen)))
    if (timespec === undefined) return -EFAULT
    timespec.fill(0)
    return 0
  }
export const clockGettime = clock(xlen => xlen / 4)
/** The RV32 call with 64-bit seconds. */
export const clockGettime64 = clock(() => 16)

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
