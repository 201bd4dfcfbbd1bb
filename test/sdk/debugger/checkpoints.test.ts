/** Which snapshots of a run are kept. */
import { expect, test } from 'vitest'
import { Checkpoints } from '../../../src/sdk/debugger/checkpoints.ts'
import type { Snapshot } from '../../../src/sdk/debugger/snapshot.ts'

const at = (instructions: number, ownBytes = 4096): Snapshot =>
  ({ state: { instructions: BigInt(instructions) }, ownBytes }) as unknown as Snapshot
const placeBefore = (all: Checkpoints, place: number): number => Number(all.before(BigInt(place)).state.instructions)

test('the first one stays, the newest are dense, and there are never too many', () => {
  const all = new Checkpoints(at(0))
  for (let place = 1; place <= 1000; place++) {
    all.add(at(place))
    expect(placeBefore(all, place)).toBe(place)
  }
  expect(all.count).toBeLessThanOrEqual(49)
  expect(placeBefore(all, 0)).toBe(0)
  expect(placeBefore(all, 999)).toBe(999)
  // What there is to execute again is no more than about a tenth of the way back.
  for (const place of [900, 700, 400, 200])
    expect(place - placeBefore(all, place)).toBeLessThan((1000 - place) / 5 + 10)
})

test('pages that take too much room leave', () => {
  const all = new Checkpoints(at(0))
  for (let place = 1; place <= 8; place++) all.add(at(place, 2 ** 28))
  expect(all.count).toBe(3)
  expect(placeBefore(all, 8)).toBe(8)
})

test('a change ends what came behind it', () => {
  const all = new Checkpoints(at(0))
  for (const place of [10, 20, 30]) all.add(at(place))
  all.cut(20n)
  expect(placeBefore(all, 100)).toBe(10)
  all.cut(0n)
  expect(placeBefore(all, 100)).toBe(0)
})
