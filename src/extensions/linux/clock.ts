/** System calls on time. A clock counts the guest's instructions, a nanosecond each, and what the guest has slept. */
import { guestBytes, guestWord, type SystemCall, type SystemHandler, setGuestWord } from './call.ts'
import { EFAULT, EINVAL } from './errno.ts'

const SECOND = 1_000_000_000n
const MICROSECOND = 1000n
/** What CLOCK_REALTIME shows at the guest's first instruction, in seconds: 1 January 2000. */
const EPOCH = 946_684_800n
const CLOCK_REALTIME = 0
const CLOCK_REALTIME_COARSE = 5
const MOST_CLOCK = 11
const TIMER_ABSTIME = 1
/** Ticks of times(). */
const TICK = 10_000_000n

/** Nanoseconds since the guest's start. */
export const elapsed = ({ hart, host }: SystemCall): bigint => hart.instret + host.slept

const isRealtime = (clock: number): boolean => clock === CLOCK_REALTIME || clock === CLOCK_REALTIME_COARSE
const now = (call: SystemCall, clock: number): bigint => elapsed(call) + (isRealtime(clock) ? EPOCH * SECOND : 0n)

/** Bytes of a number in `struct timespec`: the guest's width, or 64 bits in calls that say so. */
type NumberBytes = (xlen: 32 | 64) => number
const ofWidth: NumberBytes = xlen => xlen / 8
const always64: NumberBytes = () => 8

function writeTime(
  call: SystemCall,
  address: bigint,
  [seconds, part]: readonly [bigint, bigint],
  bytes: number,
): number {
  const { hart } = call
  if (guestBytes(hart, address, 2 * bytes) === undefined) return -EFAULT
  const at = Number(address)
  for (const [index, value] of [seconds, part].entries()) {
    if (bytes === 8) hart.view.setBigUint64(at + index * 8, value, true)
    else setGuestWord(hart, at + index * bytes, value)
  }
  return 0
}

/** Nanoseconds that a `struct timespec` says; an error number where it cannot be read or says no time. */
export function readTime({ hart }: SystemCall, address: bigint, numberBytes: NumberBytes): bigint | number {
  const bytes = numberBytes(hart.xlen)
  if (guestBytes(hart, address, 2 * bytes) === undefined) return -EFAULT
  const at = Number(address)
  const word = (offset: number): bigint =>
    bytes === 8 ? hart.view.getBigInt64(offset, true) : BigInt.asIntN(hart.xlen, guestWord(hart, offset))
  const [seconds, part] = [word(at), word(at + bytes)]
  return seconds < 0n || part < 0n || part >= SECOND ? -EINVAL : seconds * SECOND + part
}
export const readTime64 = (call: SystemCall, address: bigint): bigint | number => readTime(call, address, always64)
export const readTimeOfWidth = (call: SystemCall, address: bigint): bigint | number => readTime(call, address, ofWidth)

/** Clocks stand still for ever after this many nanoseconds: no sleep is longer than a signed 64-bit number says. */
const MOST_SLEPT = 2n ** 62n
export function sleep(host: SystemCall['host'], nanoseconds: bigint): void {
  const slept = host.slept + nanoseconds
  host.slept = slept < MOST_SLEPT ? slept : MOST_SLEPT
}

const isClock = (clock: number): boolean => clock >= 0 && clock <= MOST_CLOCK

/** clock_gettime(clock, timespec) */
const gettime =
  (numberBytes: NumberBytes): SystemHandler =>
  call => {
    const clock = call.int(0)
    if (!isClock(clock)) return -EINVAL
    const time = now(call, clock)
    return writeTime(call, call.argument(1), [time / SECOND, time % SECOND], numberBytes(call.hart.xlen))
  }
export const clockGettime = gettime(ofWidth)
export const clockGettime64 = gettime(always64)

/** clock_getres(clock, timespec): a nanosecond. */
const getres =
  (numberBytes: NumberBytes): SystemHandler =>
  call => {
    if (!isClock(call.int(0))) return -EINVAL
    return call.argument(1) === 0n ? 0 : writeTime(call, call.argument(1), [0n, 1n], numberBytes(call.hart.xlen))
  }
export const clockGetres = getres(ofWidth)
export const clockGetres64 = getres(always64)

/** gettimeofday(timeval, timezone) */
export const gettimeofday: SystemHandler = call => {
  const [address, zone] = [call.argument(0), call.argument(1)]
  const zoneBytes = zone === 0n ? undefined : guestBytes(call.hart, zone, 8)
  if (zone !== 0n && zoneBytes === undefined) return -EFAULT
  const time = now(call, CLOCK_REALTIME)
  const width = call.hart.xlen / 8
  const written = address === 0n ? 0 : writeTime(call, address, [time / SECOND, (time % SECOND) / MICROSECOND], width)
  if (written === 0) zoneBytes?.fill(0)
  return written
}

/** nanosleep(timespec, rest): the clocks go on by so much, and nobody waits. */
export const nanosleep: SystemHandler = call => {
  const time = readTimeOfWidth(call, call.argument(0))
  if (typeof time === 'number') return time
  sleep(call.host, time)
  return 0
}

/** clock_nanosleep(clock, flags, timespec, rest) */
const clockSleep =
  (numberBytes: NumberBytes): SystemHandler =>
  call => {
    const clock = call.int(0)
    const time = readTime(call, call.argument(2), numberBytes)
    if (!isClock(clock)) return -EINVAL
    if (typeof time === 'number') return time
    const wait = (call.int(1) & TIMER_ABSTIME) === 0 ? time : time - now(call, clock)
    if (wait > 0n) sleep(call.host, wait)
    return 0
  }
export const clockNanosleep = clockSleep(ofWidth)
export const clockNanosleep64 = clockSleep(always64)

/** times(tms): all time is the guest's own. */
export const times: SystemHandler = call => {
  const { hart, argument } = call
  const ticks = elapsed(call) / TICK
  const width = hart.xlen / 8
  if (argument(0) === 0n) return ticks
  const buffer = guestBytes(hart, argument(0), 4 * width)
  if (buffer === undefined) return -EFAULT
  buffer.fill(0)
  setGuestWord(hart, Number(argument(0)), hart.instret / TICK)
  return ticks
}
