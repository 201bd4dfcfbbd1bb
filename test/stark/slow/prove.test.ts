/** Keys and proofs of the published systems, byte for byte, by the slow prover. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { isExhaustive } from '../../support/exhaustive.ts'
import { givenBytes, givenProofs, isGiven } from './given.ts'
import { readKey } from './key.ts'
import { prove } from './prove.ts'
import { keyOf, SETS, type System } from './system.ts'
import { readTraces } from './traces.ts'

function given(name: string) {
  const [systemName, set] = name.split('.') as [string, keyof typeof SETS]
  const system = JSON.parse(new TextDecoder().decode(givenBytes(`${systemName}.airs.json`))) as System
  const witness = readTraces(givenBytes(`${systemName}.traces`), system.airs.length)
  return { witness, key: keyOf(system, witness.fixed, SETS[set]) }
}

test.skipIf(!isGiven).each(givenProofs)('the key of %s', name => {
  expect(Buffer.compare(given(name).key, givenBytes(`${name}.vkey`))).toBe(0)
})

const proofs = isExhaustive ? givenProofs : ['fib.test', 'lookup.test', 'five.test', 'fib.default']
test.skipIf(!isGiven).each(proofs)('the proof of %s', name => {
  const { key, witness } = given(name)
  expect(Buffer.compare(prove(readKey(key), witness), givenBytes(`${name}.proof`))).toBe(0)
})

test.skipIf(!isGiven)('the stated digest of a proof', () => {
  const { key, witness } = given('fib.test')
  const digest = createHash('sha256')
    .update(prove(readKey(key), witness))
    .digest('hex')
  expect(digest).toMatch(/^01c933d16e08b8b3/)
})
