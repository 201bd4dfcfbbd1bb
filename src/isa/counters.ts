/** The control and status registers that a guest may read: counters, all of which count retired instructions. */
import type { Xlen } from '../elf/image.ts'

export interface CounterRegister {
  readonly name: string
  readonly number: number
  /** The upper 32 bits, on RV32. */
  readonly isHigh: boolean
}

const HIGH = 0x80

/** A time that depends on the host would make two runs of a guest differ. */
const registers: ReadonlyMap<number, CounterRegister> = new Map(
  ['cycle', 'time', 'instret'].flatMap((name, index) => {
    const number = 0xc00 + index
    const low = { name, number, isHigh: false }
    const high = { name: `${name}h`, number: number + HIGH, isHigh: true }
    return [low, high].map(register => [register.number, register] as const)
  }),
)

/** Undefined for registers that no guest may read. */
export const counterOf = (number: number): CounterRegister | undefined => registers.get(number)

/** What it reads as when so many instructions have retired; undefined where the width does not have it. */
export function counterValue({ isHigh }: CounterRegister, instret: bigint, xlen: Xlen): bigint | undefined {
  if (isHigh && xlen === 64) return undefined
  return BigInt.asUintN(xlen, isHigh ? instret >> 32n : instret)
}
