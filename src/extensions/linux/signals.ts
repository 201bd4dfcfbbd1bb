/** System calls on signals: none is ever delivered. One that the guest sends to itself is a trap, or nothing. */
import { guestBytes, type SystemCall, type SystemHandler, type SystemResult } from './call.ts'
import { EFAULT, EINVAL, ENOMEM, EPERM, ESRCH } from './errno.ts'

const SIGNALS = 64
const SIGKILL = 9
const SIGSTOP = 19
const SET_BYTES = 8
const SIG_IGN = 1n
/** By number, from 1 on. */
const NAMES = (
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP ' +
  'TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'
).split(' ')
/** Signals that do nothing where the guest has said nothing: CHLD, CONT, URG, WINCH. */
const IGNORED: ReadonlySet<number> = new Set([17, 18, 23, 28])

const nameOf = (signal: number): string => {
  const name = NAMES[signal - 1]
  return name === undefined ? `real-time signal ${signal}` : `SIG${name}`
}

const actionBytes = (xlen: 32 | 64): number => (2 * xlen) / 8 + SET_BYTES

/** rt_sigaction(signal, action, old, size of a set) */
export const sigaction: SystemHandler = ({ hart, host, argument, int }) => {
  const signal = int(0)
  if (argument(3) !== BigInt(SET_BYTES) || signal < 1 || signal > SIGNALS) return -EINVAL
  const bytes = actionBytes(hart.xlen)
  const [next, old] = [argument(1), argument(2)]
  if (next !== 0n && (signal === SIGKILL || signal === SIGSTOP)) return -EINVAL
  const source = next === 0n ? undefined : guestBytes(hart, next, bytes)
  const target = old === 0n ? undefined : guestBytes(hart, old, bytes)
  if ((next !== 0n && source === undefined) || (old !== 0n && target === undefined)) return -EFAULT
  const installed = source && Buffer.from(source).toString('hex')
  if (target !== undefined) {
    const before = host.signals.actions[signal]
    if (before === undefined) target.fill(0)
    else target.set(Buffer.from(before, 'hex').subarray(0, target.length))
  }
  if (installed !== undefined) host.signals.actions[signal] = installed
  return 0
}

const SIG_BLOCK = 0
const SIG_UNBLOCK = 1
const SIG_SETMASK = 2

/** rt_sigprocmask(how, set, old, size of a set) */
export const sigprocmask: SystemHandler = ({ hart, host, argument, int }) => {
  const how = int(0)
  if (argument(3) !== BigInt(SET_BYTES)) return -EINVAL
  const [next, old] = [argument(1), argument(2)]
  if (next !== 0n && how !== SIG_BLOCK && how !== SIG_UNBLOCK && how !== SIG_SETMASK) return -EINVAL
  if (next !== 0n && guestBytes(hart, next, SET_BYTES) === undefined) return -EFAULT
  if (old !== 0n && guestBytes(hart, old, SET_BYTES) === undefined) return -EFAULT
  const { blocked } = host.signals
  const set = next === 0n ? undefined : hart.view.getBigUint64(Number(next), true)
  if (old !== 0n) hart.view.setBigUint64(Number(old), blocked, true)
  if (set === undefined) return 0
  if (how === SIG_SETMASK) host.signals.blocked = set
  else host.signals.blocked = how === SIG_BLOCK ? blocked | set : blocked & ~set
  return 0
}

const SS_DISABLE = 2
const LEAST_STACK = 2048n

/** sigaltstack(stack, old): pointer, int flags, size; kept and never used. */
export const sigaltstack: SystemHandler = ({ hart, host, argument }) => {
  const width = hart.xlen / 8
  const [next, old] = [argument(0), argument(1)]
  const source = next === 0n ? undefined : guestBytes(hart, next, 3 * width)
  const target = old === 0n ? undefined : guestBytes(hart, old, 3 * width)
  if ((next !== 0n && source === undefined) || (old !== 0n && target === undefined)) return -EFAULT
  const at = Number(next)
  if (source !== undefined) {
    const flags = hart.view.getUint32(at + width, true)
    const size = width === 8 ? hart.view.getBigUint64(at + 16, true) : BigInt(hart.view.getUint32(at + 8, true))
    if ((flags & ~SS_DISABLE) !== 0) return -EINVAL
    if ((flags & SS_DISABLE) === 0 && size < LEAST_STACK) return -ENOMEM
  }
  const { stack } = host.signals
  const installed = source && Buffer.from(source).toString('hex')
  if (target !== undefined) {
    target.fill(0)
    if (stack === undefined) hart.view.setUint32(Number(old) + width, SS_DISABLE, true)
    else target.set(Buffer.from(stack, 'hex').subarray(0, target.length))
  }
  if (installed !== undefined) host.signals.stack = installed
  return 0
}

/** What the guest has said shall happen at a signal: the address of a function, 0 for the default, 1 for nothing. */
function handlerOf({ hart, host }: SystemCall, signal: number): bigint {
  const action = host.signals.actions[signal]
  if (action === undefined) return 0n
  const bytes = Buffer.from(action, 'hex')
  return hart.xlen === 64 ? bytes.readBigUInt64LE() : BigInt(bytes.readUInt32LE())
}

/** The guest sends itself a signal. */
function send(call: SystemCall, signal: number): SystemResult {
  if (signal < 0 || signal > SIGNALS) return -EINVAL
  if (signal === 0) return 0
  const handler = handlerOf(call, signal)
  if (handler === SIG_IGN || (handler === 0n && IGNORED.has(signal))) return 0
  const isHandled = handler > SIG_IGN
  const why = isHandled ? 'which it has a handler for, but no signal is ever delivered' : 'which ends it'
  const message = `the guest sent itself ${nameOf(signal)} (signal ${signal}), ${why}`
  return { trap: { kind: 'signal-raised', message } }
}

/** kill(process, signal), to itself or to its group */
export const kill: SystemHandler = call => {
  const process = call.int(0)
  if (process === call.host.pid || process === 0 || process === -call.host.pid) return send(call, call.int(1))
  return process === -1 || process === 1 ? -EPERM : -ESRCH
}
/** tkill(thread, signal) */
export const tkill: SystemHandler = call => (call.int(0) === call.host.pid ? send(call, call.int(1)) : -ESRCH)
/** tgkill(process, thread, signal) */
export const tgkill: SystemHandler = call =>
  call.int(0) === call.host.pid && call.int(1) === call.host.pid ? send(call, call.int(2)) : -ESRCH
