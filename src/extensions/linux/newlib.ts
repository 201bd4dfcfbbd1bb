/** Calls of earlier numbers that newlib's libgloss makes, with flags of its own. */
import type { SystemCall, SystemHandler } from './call.ts'
import { faccessat, mkdirat, unlinkat } from './files/names.ts'
import { openat } from './files/open.ts'
import { AT_FDCWD } from './files/paths.ts'
import { newfstatat } from './files/status.ts'

/** The call with other arguments. */
const withArguments = (call: SystemCall, values: readonly (bigint | number)[]): SystemCall => ({
  ...call,
  argument: index => BigInt.asUintN(call.hart.xlen, BigInt(values[index] ?? 0)),
  int: index => Number(BigInt.asIntN(32, BigInt(values[index] ?? 0))),
})

const ACCESS = 3
/** Append, create, truncate, exclusive, close on exec, no link, directory. */
const FLAGS: readonly (readonly [newlib: number, linux: number])[] = [
  [0x8, 0x400],
  [0x200, 0x40],
  [0x400, 0x200],
  [0x800, 0x80],
  [0x4_0000, 0x8_0000],
  [0x10_0000, 0x2_0000],
  [0x20_0000, 0x1_0000],
]
const flagsOf = (newlib: number): number =>
  FLAGS.reduce((flags, [from, to]) => ((newlib & from) === 0 ? flags : flags | to), newlib & ACCESS)

/** open(path, flags, mode) */
export const open: SystemHandler = call =>
  openat(withArguments(call, [AT_FDCWD, call.argument(0), flagsOf(call.int(1)), call.argument(2)]))

/** unlink(path) */
export const unlink: SystemHandler = call => unlinkat(withArguments(call, [AT_FDCWD, call.argument(0)]))
/** mkdir(path, mode) */
export const mkdir: SystemHandler = call => mkdirat(withArguments(call, [AT_FDCWD, call.argument(0), call.argument(1)]))
/** access(path, mode) */
export const access: SystemHandler = call =>
  faccessat(withArguments(call, [AT_FDCWD, call.argument(0), call.argument(1)]))

const AT_SYMLINK_NOFOLLOW = 0x100
/** stat(path, buffer), lstat(path, buffer) */
const statWith =
  (flags: number): SystemHandler =>
  call =>
    newfstatat(withArguments(call, [AT_FDCWD, call.argument(0), call.argument(1), flags]))
export const stat = statWith(0)
export const lstat = statWith(AT_SYMLINK_NOFOLLOW)
