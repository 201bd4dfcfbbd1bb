/** Answers that commands share. */

export const OK = 'OK'
/** To what the server does not know. */
export const UNKNOWN = ''
/** EINVAL: the packet is not what its command takes. */
export const MALFORMED = 'E16'
/** EFAULT: that is not memory of the guest, or no register of it. */
export const NOWHERE = 'E0e'
/** EPERM: not now. */
export const REFUSED = 'E01'
