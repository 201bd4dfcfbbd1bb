/** System calls of the one thread that a `linux` guest has: futex, its address, robust lists, where it may run. */
import { guestBytes, setGuestWord, type SystemCall, type SystemHandler } from './call.ts'
import { readTime64, readTimeOfWidth, sleep } from './clock.ts'
import { EAGAIN, EFAULT, EINVAL, ENOSYS, ESRCH, ETIMEDOUT } from './errno.ts'
import { hexText } from '../../hex.ts'

const OPERATION = 0x7f
const WAIT = 0
const WAKE = 1
const REQUEUE = 3
const CMP_REQUEUE = 4
const WAIT_BITSET = 9
const WAKE_BITSET = 10

/**
 * futex(word, operation, value, timeout, …): nobody waits, so there is nobody to wake. A wait on a word that has the
 * value would never end, as no other thread could change it: it is a deadlock. With a timeout that much time passes.
 */
const futexWith =
  (timeOf: (call: SystemCall, address: bigint) => bigint | number): SystemHandler =>
  call => {
    const { hart, host, argument, int } = call
    const operation = int(1) & OPERATION
    const address = argument(0)
    if (address % 4n !== 0n) return -EINVAL
    if (guestBytes(hart, address, 4) === undefined) return -EFAULT
    if (operation === WAKE || operation === WAKE_BITSET || operation === REQUEUE) return 0
    const holds = hart.view.getInt32(Number(address), true)
    if (operation === CMP_REQUEUE) return holds === int(5) ? 0 : -EAGAIN
    if (operation !== WAIT && operation !== WAIT_BITSET) return -ENOSYS
    if (holds !== int(2)) return -EAGAIN
    if (argument(3) === 0n) {
      const message =
        `the guest waits (futex) for the word at ${hexText(address)} to become another than ${holds}, ` +
        'but it has no other thread that could write it'
      return { trap: { kind: 'futex-deadlock', message } }
    }
    const timeout = timeOf(call, argument(3))
    if (typeof timeout === 'number') return timeout
    // WAIT_BITSET says when, WAIT how long.
    const wait = operation === WAIT ? timeout : timeout - (hart.instret + host.slept)
    if (wait > 0n) sleep(host, wait)
    return -ETIMEDOUT
  }
export const futex = futexWith(readTimeOfWidth)
export const futex64 = futexWith(readTime64)

/** set_tid_address(address): the thread's number. */
export const setTidAddress: SystemHandler = ({ host }) => host.pid

/** set_robust_list(head, length): nobody ever reads it. */
export const setRobustList: SystemHandler = ({ hart, argument }) =>
  argument(1) === BigInt((3 * hart.xlen) / 8) ? 0 : -EINVAL

/** sched_getaffinity(thread, size, mask): one processor. */
export const schedGetaffinity: SystemHandler = ({ hart, host, argument, int }) => {
  const width = hart.xlen / 8
  if (int(0) !== 0 && int(0) !== host.pid) return -ESRCH
  if (argument(1) < BigInt(width) || argument(1) % BigInt(width) !== 0n) return -EINVAL
  if (guestBytes(hart, argument(2), width) === undefined) return -EFAULT
  setGuestWord(hart, Number(argument(2)), 1)
  return width
}
