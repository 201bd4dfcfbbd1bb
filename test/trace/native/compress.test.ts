/** The trace engine hashes archives as JavaScript does. */
import { describe, expect, test } from 'vitest'
import { Chain } from '../../../src/archive/chain.ts'
import { randomSource } from '../../support/random.ts'
import { engineChoices, engineFor } from './engines.ts'

describe.each(engineChoices)('$name', async ({ xlen, compiler }) => {
  const { native } = await engineFor(xlen, compiler)

  test('chains of bytes in pieces of any length', () => {
    const random = randomSource(xlen)
    for (let round = 0; round < 50; round++) {
      const [here, there] = [new Chain('content'), new Chain('content', native.compress)]
      for (let piece = 0; piece < 5; piece++) {
        const bytes = Uint8Array.from({ length: random(random(2) === 0 ? 70 : 1000) }, () => random(256))
        for (const chain of [here, there]) chain.add(bytes)
      }
      for (const chain of [here, there]) chain.pad()
      expect(there.digest()).toEqual(here.digest())
    }
  })
})
