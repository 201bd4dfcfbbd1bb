/** Bounds of what a guest is started with. */

/** Public values in bytes: provers take a few dozen, memory tables have room for so many. */
export const MAX_PUBLIC_VALUES_BYTES = 2 ** 20
export const MAX_SEED = 2n ** 64n - 1n
