/** What the generator's thread and the main thread tell each other. */
import type { RvrErrorCode } from '../../../errors.ts'
import type { RvrEvent } from '../../../events.ts'
import type { WrittenFile } from '../../make/written.ts'
import type { Generated, GenerationOrder } from './order.ts'

export type ToGenerator =
  /** `file`: the guest's, in memory that both threads see. */
  | { readonly type: 'order'; readonly id: number; readonly order: GenerationOrder; readonly file: Uint8Array }
  | { readonly type: 'abort'; readonly id: number }

export type FromGenerator = { readonly id: number } & (
  | { readonly type: 'event'; readonly event: RvrEvent }
  | { readonly type: 'files'; readonly files: readonly WrittenFile[] }
  | { readonly type: 'generated'; readonly generated: Generated }
  | { readonly type: 'failed'; readonly failure: Failure }
)

/** What was thrown, as far as it can cross threads. */
export interface Failure {
  /** Undefined for what is no RvrError: `cause` is all of it. */
  readonly code: RvrErrorCode | undefined
  readonly message: string
  readonly hint: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined
  readonly cause: unknown
}
