/** Under which name a worker thread keeps an ABI. */
import { createHash } from 'node:crypto'
import type { GuestAbi } from '../extensions/abi.ts'

const keys = new WeakMap<GuestAbi, string>()

/**
 * All that the ABI is made from: its digest says nothing of the JavaScript of two extensions that have the same
 * instructions.
 */
export function choiceKey(abi: GuestAbi): string {
  let key = keys.get(abi)
  if (key === undefined) keys.set(abi, (key = keyOf(abi)))
  return key
}

function keyOf({ choice }: GuestAbi): string {
  const { name, sets, config, extensions = [] } = choice
  if (sets === undefined && config === undefined && extensions.length === 0) return name
  // A module that most processes never need.
  const { serialize } = process.getBuiltinModule('node:v8')
  return createHash('sha256').update(serialize(choice)).digest('hex')
}
