/** What a debugger has changed in a guest, and where in its run: made again whenever the run comes there once more. */
import { bytesAt } from '../../program/access.ts'
import type { Session } from '../../run/session.ts'
import type { SessionState } from '../../run/session-state.ts'

export type Change =
  | { readonly kind: 'register'; readonly register: number; readonly value: bigint }
  | { readonly kind: 'memory'; readonly address: number; readonly bytes: Uint8Array }
  | { readonly kind: 'pc'; readonly pc: number }

export interface PlacedChange {
  /** Instructions since the guest's start. */
  readonly instret: bigint
  readonly change: Change
}

/** Makes the change in a guest that stands in `state`; returns the state behind it. */
export function make(change: Change, session: Session, state: SessionState): SessionState {
  const { hart } = session
  switch (change.kind) {
    case 'register':
      hart.x[change.register] = BigInt.asUintN(hart.xlen, change.value)
      return state
    case 'memory':
      bytesAt(hart, change.address, change.bytes.length).set(change.bytes)
      return state
    case 'pc': {
      const elsewhere: SessionState = { ...state, pc: change.pc, isInside: false }
      session.stand(state, elsewhere)
      return elsewhere
    }
  }
}
