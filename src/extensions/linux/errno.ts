/** Error numbers of Linux that the `linux` ABI returns. */

export const EBADF = 9
export const EFAULT = 14
export const EINVAL = 22
export const ESPIPE = 29
export const ENOSYS = 38
