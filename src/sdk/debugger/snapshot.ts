/** A guest as it was at one place of its run: registers, host state and the pages that are not zero. */
import { touchedPages } from '../../load/touched.ts'
import { isZero, PAGE_BYTES } from '../../program/nonzero-pages.ts'
import type { Session } from '../../run/session.ts'
import type { SessionState } from '../../run/session-state.ts'

export interface Snapshot {
  readonly state: SessionState
  readonly registers: BigUint64Array
  /** What LR has reserved. */
  readonly reserved: BigUint64Array
  /** By where they begin in memory; those that an earlier snapshot has with the same bytes are shared with it. */
  readonly pages: ReadonlyMap<number, Uint8Array>
  /** Bytes of pages that are shared with no earlier one. */
  readonly ownBytes: number
  /** Changes by the debugger that came before it. */
  readonly changes: number
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

const pageOf = (memory: Uint8Array, page: number): Uint8Array => memory.subarray(page, page + PAGE_BYTES)

/** The guest as it stands in `state`. `earlier`: a snapshot that most pages may be like. */
export function takeSnapshot(
  session: Session,
  state: SessionState,
  { changes, earlier }: { readonly changes: number; readonly earlier: Snapshot | undefined },
): Snapshot {
  const { memory, x, reserved } = session.hart
  const pages = new Map<number, Uint8Array>()
  let ownBytes = 0
  for (const page of touchedPages(memory)) {
    const bytes = pageOf(memory, page)
    const known = earlier?.pages.get(page)
    if (known !== undefined && isSame(known, bytes)) pages.set(page, known)
    else if (!isZero(bytes)) {
      pages.set(page, bytes.slice())
      ownBytes += PAGE_BYTES
    }
  }
  return { state, registers: x.slice(), reserved: reserved.slice(), pages, ownBytes, changes }
}

/** Puts the guest back to where it was. */
export function restoreSnapshot(session: Session, now: SessionState, snapshot: Snapshot): void {
  const { memory, x, reserved } = session.hart
  const { state, registers, pages } = snapshot
  for (const page of touchedPages(memory)) {
    const bytes = pageOf(memory, page)
    if (!pages.has(page) && !isZero(bytes)) bytes.fill(0)
  }
  for (const [page, wanted] of pages) {
    const bytes = pageOf(memory, page)
    if (!isSame(bytes, wanted)) bytes.set(wanted)
  }
  x.set(registers)
  reserved.set(snapshot.reserved)
  session.stand(now, state)
}
