/** How large what a key is made of may be. */
import { P } from '../air/field.ts'

export const limits = {
  airs: 1024,
  trees: 16,
  /** Columns of a table. */
  width: 65_536,
  publics: 4096,
  buses: 65_536,
  messageFields: 255,
  weight: P - 1,
  logHeight: 24,
  /** Constraints, definitions, interactions, roles or starts. */
  list: 1 << 20,
  role: 0xffff,
} as const
