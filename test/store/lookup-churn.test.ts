/** An entry that is another one at every look: nothing says that what stood there was damaged (the reader of evict-in-use once set such an entry aside). */
import { mkdirSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { entryDirectory, layoutOf } from '../../src/store/layout.ts'
import { lookupEntry } from '../../src/store/lookup.ts'
import { keyA, temporaryDirectory } from './sample.ts'

const churn = vi.hoisted(() => ({ on: false, changes: 0n }))

vi.mock('node:fs', async original => {
  const fs = await original<typeof import('node:fs')>()
  const lstatSync = (path: string, options: { bigint?: boolean; throwIfNoEntry?: boolean }): unknown => {
    const stats = fs.lstatSync(path, options)
    if (churn.on && options.bigint === true && stats !== undefined) Object.assign(stats, { ctimeNs: churn.changes++ })
    return stats
  }
  return { ...fs, lstatSync }
})

it('changes that never end are no damage', async () => {
  const layout = layoutOf(await temporaryDirectory())
  const directory = entryDirectory(layout, keyA)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  expect(await lookupEntry(layout, keyA)).toEqual({ state: 'damaged', reason: 'it has no manifest' })
  churn.on = true
  expect(await lookupEntry(layout, keyA)).toEqual({ state: 'absent' })
  expect(churn.changes).toBe(8n)
})
