/** Native memory is given back once, and not while it is used. */
import { expect, test } from 'vitest'
import { Owned } from '../../src/load/owned.ts'

test('what is in use is given back when it is not any more', async () => {
  const freed: bigint[] = []
  const owned = new Owned('the memory', 7n, address => void freed.push(address))
  const { promise, resolve } = Promise.withResolvers<void>()
  const uses = [owned.use(async address => expect(address).toBe(7n)), owned.use(() => promise)]
  await uses[0]
  owned.dispose()
  await expect(owned.use(async () => {})).rejects.toMatchObject({
    code: 'DISPOSED',
    message: 'the memory has been disposed',
  })
  expect(freed).toEqual([])
  resolve()
  await uses[1]
  expect(freed).toEqual([7n])
  owned.dispose()
  expect(freed).toEqual([7n])
})
