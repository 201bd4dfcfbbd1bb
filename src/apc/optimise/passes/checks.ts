/** Lookups that only bound values, made anew. */
import type { Draft } from '../draft.ts'

export function checks(_draft: Draft): void {}
