/** Numbers as JSON has them. */

/** An integer as JSON has it: a number up to 2^53 − 1, a decimal string beyond. */
export function jsonInteger(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()
}

/** Times in milliseconds, those that are known, in steps of a microsecond. */
export const milliseconds = (timing: object): Record<string, number> =>
  Object.fromEntries(
    Object.entries(timing)
      .filter(([, ms]) => ms !== undefined)
      .map(([name, ms]) => [name, Math.round(Number(ms) * 1000) / 1000]),
  )
