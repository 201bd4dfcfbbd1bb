/** Traps of control transfers. */
import type { Trap } from '../program/trap.ts'

const hex = (value: number | bigint): string => `0x${value.toString(16)}`

/** A taken branch or jump at `pc` to `target`, which is no instruction slot. */
export function jumpTrap(pc: number, target: bigint): Trap {
  return target % 4n === 0n
    ? { kind: 'jump-outside', pc, address: target, message: `jump to ${hex(target)}, which is not in the guest's code` }
    : { kind: 'jump-misaligned', pc, address: target, message: `jump to ${hex(target)}, which is no multiple of 4` }
}

/** Execution came to `pc` without a jump, and there is no instruction slot. */
export function fetchTrap(pc: number): Trap {
  return {
    kind: 'fetch-outside',
    pc,
    address: BigInt(pc),
    message: `execution ran to ${hex(pc)}, behind the end of the guest's code`,
  }
}
