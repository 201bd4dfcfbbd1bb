/** The version of the contract between rvr and a compiled library. */

/**
 * Raised with every change of the state layout, the exported functions or their meaning (see templates/runtime and
 * src/layout).
 */
export const ABI_VERSION = 4
