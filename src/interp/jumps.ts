/** Traps of control transfers. */
import { hexText } from '../hex.ts'
import type { SlotBytes } from '../isa/row.ts'
import type { Trap } from '../program/trap.ts'

/** A taken branch or jump at `pc` to `target`, which is no instruction slot. */
export function jumpTrap(pc: number, slotBytes: SlotBytes, target: bigint): Trap {
  const [kind, why] =
    target % BigInt(slotBytes) === 0n
      ? (['jump-outside', "which is not in the guest's code"] as const)
      : (['jump-misaligned', `which is no multiple of ${slotBytes}`] as const)
  return { kind, pc, address: target, message: `jump to ${hexText(target)}, ${why}` }
}

/** Execution came to `pc` without a jump, and there is no instruction slot. */
export function fetchTrap(pc: number): Trap {
  return {
    kind: 'fetch-outside',
    pc,
    address: BigInt(pc),
    message: `execution ran to ${hexText(pc)}, behind the end of the guest's code`,
  }
}
