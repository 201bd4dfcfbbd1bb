/** System calls by their generic number (asm-generic/unistd.h), for each width. */
import type { Xlen } from '../../elf/image.ts'
import type { SystemHandler } from './call.ts'
import * as clock from './clock.ts'
import { ENOSYS } from './errno.ts'
import { close, dup, dup3, fcntl, ioctl } from './files/descriptors.ts'
import { getdents64 } from './files/list.ts'
import { faccessat, ftruncate, fsync, getcwd, mkdirat, readlinkat, unlinkat } from './files/names.ts'
import { openat } from './files/open.ts'
import { lseek } from './files/seek.ts'
import { fstat, newfstatat, statx } from './files/status.ts'
import { pread64, pwrite64, read, readv, write, writev } from './files/transfer.ts'
import * as memory from './memory.ts'
import * as newlib from './newlib.ts'
import * as process from './process.ts'
import * as signals from './signals.ts'
import * as threads from './threads.ts'

/** Calls that C libraries try and do without: nobody has to hear of them. */
const absent: SystemHandler = () => -ENOSYS

const common: Readonly<Record<number, SystemHandler>> = {
  17: getcwd,
  23: dup,
  24: dup3,
  25: fcntl,
  29: ioctl,
  34: mkdirat,
  35: unlinkat,
  46: ftruncate,
  48: faccessat,
  56: openat,
  57: close,
  61: getdents64,
  62: lseek,
  63: read,
  64: write,
  65: readv,
  66: writev,
  67: pread64,
  68: pwrite64,
  78: readlinkat,
  79: newfstatat,
  80: fstat,
  82: fsync,
  83: fsync,
  93: process.exit,
  94: process.exit,
  96: threads.setTidAddress,
  98: threads.futex,
  99: threads.setRobustList,
  101: clock.nanosleep,
  113: clock.clockGettime,
  114: clock.clockGetres,
  115: clock.clockNanosleep,
  123: threads.schedGetaffinity,
  124: process.nothing, // sched_yield
  129: signals.kill,
  130: signals.tkill,
  131: signals.tgkill,
  132: signals.sigaltstack,
  134: signals.sigaction,
  135: signals.sigprocmask,
  153: clock.times,
  160: process.uname,
  163: process.getrlimit,
  165: process.getrusage,
  166: process.umask,
  169: clock.gettimeofday,
  172: process.getpid,
  173: process.getppid,
  174: process.getuid,
  175: process.getuid, // geteuid
  176: process.getuid, // getgid
  177: process.getuid, // getegid
  178: process.getpid, // gettid
  179: process.sysinfo,
  214: memory.brk,
  215: memory.munmap,
  216: memory.mremap,
  222: memory.mmap,
  226: memory.mprotect,
  233: memory.madvise,
  258: absent, // riscv_hwprobe
  259: process.nothing, // riscv_flush_icache
  261: process.prlimit64,
  278: process.getrandom,
  283: absent, // membarrier
  291: statx,
  293: absent, // rseq
  439: faccessat, // faccessat2
  1024: newlib.open,
  1026: newlib.unlink,
  1030: newlib.mkdir,
  1033: newlib.access,
  1038: newlib.stat,
  1039: newlib.lstat,
}

/** RV32 has further calls for 64-bit times, in the place of those that C libraries of RV64 make. */
const rv32: Readonly<Record<number, SystemHandler>> = {
  ...common,
  403: clock.clockGettime64,
  406: clock.clockGetres64,
  407: clock.clockNanosleep64,
  422: threads.futex64,
}

/** Undefined: the call is not there. */
export const handlerOf = (number: number, xlen: Xlen): SystemHandler | undefined =>
  (xlen === 32 ? rv32 : common)[number]
