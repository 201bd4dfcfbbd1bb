/** Under which name a worker thread keeps an ABI. */
import { createHash } from 'node:crypto'
import { serialize } from 'node:v8'
import type { GuestAbi } from '../extensions/abi.ts'

const keys = new WeakMap<GuestAbi, string>()

/**
 * All that the ABI is made from: its digest says nothing of the JavaScript of two extensions that have the same
 * instructions.
 */
export function choiceKey(abi: GuestAbi): string {
  let key = keys.get(abi)
  if (key === undefined) keys.set(abi, (key = createHash('sha256').update(serialize(abi.choice)).digest('hex')))
  return key
}
