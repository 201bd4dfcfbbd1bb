/** However many guests are compiled at once, no more compilers run than were asked for. */
import { expect, test } from 'vitest'
import { JobSlots, type TakenSlots } from '../../src/toolchain/job-slots.ts'

test('one build takes what it can use, and no more than there is', async () => {
  const slots = new JobSlots(4)
  using all = await slots.take(100)
  expect(all.count).toBe(4)
  all[Symbol.dispose]()
  using few = await slots.take(3)
  using rest = await slots.take(2)
  expect([few.count, rest.count]).toEqual([3, 1])
})

test('a build waits until half of what it can use is free; nobody passes it', async () => {
  const slots = new JobSlots(8)
  const order: string[] = []
  const busy = await slots.take(5)
  const large = slots.take(8).then(taken => {
    order.push(`large ${taken.count}`)
    return taken
  })
  const small = slots.take(1).then(taken => {
    order.push(`small ${taken.count}`)
    return taken
  })
  await new Promise(setImmediate)
  expect(order).toEqual([])
  busy[Symbol.dispose]()
  busy[Symbol.dispose]() // twice does no harm
  ;(await large)[Symbol.dispose]()
  await small
  expect(order).toEqual(['large 8', 'small 1'])
})

test('who gives up leaves the place to the next', async () => {
  const slots = new JobSlots(2)
  const controller = new AbortController()
  const busy = await slots.take(1)
  const full = await slots.take(1)
  const waiting = slots.take(2, controller.signal)
  const behind = slots.take(1)
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
  busy[Symbol.dispose]()
  expect((await behind).count).toBe(1)
  full[Symbol.dispose]()
  await expect(slots.take(1, controller.signal)).rejects.toMatchObject({ code: 'ABORTED' })
})

test('never more than the total, whatever comes', async () => {
  const slots = new JobSlots(3)
  let running = 0
  let most = 0
  const build = async (wanted: number): Promise<void> => {
    const taken: TakenSlots = await slots.take(wanted)
    running += taken.count
    most = Math.max(most, running)
    await new Promise(setImmediate)
    running -= taken.count
    taken[Symbol.dispose]()
  }
  await Promise.all(Array.from({ length: 40 }, (_, index) => build(1 + (index % 5))))
  expect([running, most]).toEqual([0, 3])
})
