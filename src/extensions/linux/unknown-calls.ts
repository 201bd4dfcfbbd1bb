/** What is said of system calls that are not there. */

/** Names of calls that programs may well make, for people. */
const NAMES: Readonly<Record<number, string>> = {
  19: 'eventfd2',
  20: 'epoll_create1',
  33: 'mknodat',
  36: 'symlinkat',
  37: 'linkat',
  38: 'renameat',
  40: 'mount',
  52: 'fchmod',
  53: 'fchmodat',
  59: 'pipe2',
  71: 'sendfile',
  72: 'pselect6',
  73: 'ppoll',
  88: 'utimensat',
  95: 'waitid',
  103: 'setitimer',
  117: 'ptrace',
  133: 'rt_sigsuspend',
  137: 'rt_sigtimedwait',
  139: 'rt_sigreturn',
  198: 'socket',
  203: 'connect',
  220: 'clone',
  221: 'execve',
  260: 'wait4',
  276: 'renameat2',
  425: 'io_uring_setup',
  435: 'clone3',
}

const nameOf = (number: number): string => {
  const name = NAMES[number]
  return name === undefined ? `${number}` : `${number} (${name})`
}

export const unknownCallWarning = (number: number): string =>
  `the guest made system call ${nameOf(number)}, which ABI linux does not have: it was told so (ENOSYS)`
