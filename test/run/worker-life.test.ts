/** A thread is never ended while it loads native code: Node and the whole process would go with it. */
import { expect, test } from 'vitest'
import { WorkerPool } from '../../src/run/pool.ts'
import { beginLoading, endLoading, mayEnd } from '../../src/run/worker-life.ts'

const fresh = (): Int32Array => new Int32Array(new SharedArrayBuffer(4))

test('a thread that has not begun to load may end at once, and loads nothing any more', async () => {
  const life = fresh()
  await mayEnd(life)
  expect(beginLoading(life)).toBe(false)
})

test('a thread that is loading may end when it is done', async () => {
  const life = fresh()
  let ended = false
  expect(beginLoading(life)).toBe(true)
  const ending = mayEnd(life).then(() => {
    ended = true
  })
  await new Promise(setImmediate)
  expect(ended).toBe(false)
  endLoading(life)
  await ending
  await mayEnd(life)
})

test('pools that are closed while their threads start end all of them', async () => {
  for (let turns = 0; turns < 8; turns++) {
    const pool = new WorkerPool(1)
    pool.warm()
    for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setTimeout(resolve, 15))
    await pool.close()
  }
})
