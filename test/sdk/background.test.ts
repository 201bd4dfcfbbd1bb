/** A compile beside a run that is given up says nothing: nothing has failed. */
import { expect, test } from 'vitest'
import { Rvr, type RvrEvent } from '../../src/index.ts'
import { temporaryDirectory } from '../store/sample.ts'
import { fixture } from '../e2e/support.ts'

test('a guest that ends while its compiler is still being described leaves no warning', async () => {
  const events: RvrEvent[] = []
  {
    await using rvr = await Rvr.create({
      cacheDir: await temporaryDirectory(),
      remote: false,
      onEvent: event => void events.push(event),
    })
    const artifact = await (await rvr.load(fixture('fibonacci'))).tiered('pure')
    using run = await artifact.execute({ inputs: [Buffer.from('0500000000000000', 'hex')] })
    expect(run.outcome).toBe('terminated')
  }
  expect(events.filter(event => event.type === 'warning')).toEqual([])
})
