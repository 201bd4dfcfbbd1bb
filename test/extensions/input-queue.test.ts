/** What a guest may ask of its host's queues costs what it takes, not what there is. */
import { describe, expect, test } from 'vitest'
import type { HostState } from '../../src/extensions/abi.ts'
import { dropTaken, takeInput } from '../../src/extensions/input-queue.ts'
import { wholeHints } from '../../src/extensions/io/hints.ts'
import { drawRandom } from '../../src/extensions/random.ts'
import { guest } from '../support/guest.ts'

const hostWith = (inputs: Uint8Array[]): HostState => ({
  inputs,
  hints: new Uint8Array(),
  hintPosition: 0,
  publicValues: new Uint8Array(),
  random: { seed: 0n, drawn: 0n },
})

test('records come in order, and of many no more are moved than there are', () => {
  const count = 200_000
  const records = Array.from({ length: count }, (_, index) =>
    Uint8Array.of(index & 0xff, (index >> 8) & 0xff, index >> 16),
  )
  const host = hostWith(records)
  let moved = 0
  let last: readonly Uint8Array[] = records
  for (let index = 0; index < count; index++) {
    expect(takeInput(host) === records[index]).toBe(true)
    if (host.inputs !== last) moved += host.inputs.length
    last = host.inputs
  }
  expect(takeInput(host)).toBeUndefined()
  expect(moved).toBeLessThanOrEqual(count)
  expect(records).toHaveLength(count)
})

test('consumed records are dropped', () => {
  const host = hostWith([Uint8Array.of(1), Uint8Array.of(2)])
  takeInput(host)
  dropTaken(host)
  expect(host).toMatchObject({ inputs: [Uint8Array.of(2)], nextInput: 0 })
})

describe.each([32, 64] as const)('RV%i: random hints', xlen => {
  const W = xlen / 8
  const OUT = 0x400000

  test('are drawn as they are read, and are those of the whole stream', () => {
    const words = 2 ** 20
    const read = 1023
    const { host, hart, run } = guest(
      code => {
        code
          .li('a0', words)
          .op('hint_random', { rd: 'a0' })
          .li('s0', OUT)
          .li('t0', 40)
          .li('a1', read)
          .label('loop')
          .op('hint_buffer', { rd: 's0', rs1: 'a1' })
          .li('a2', read * W)
          .op('add', { rd: 's0', rs1: 's0', rs2: 'a2' })
          .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
          .op('bne', { rs1: 't0', target: 'loop' })
          .op('terminate')
      },
      { xlen, seed: 5n },
    )
    expect(run().reason).toEqual({ type: 'terminated', exitCode: 0 })
    expect(host.hints.length).toBeLessThan(2 ** 17)
    const wanted = drawRandom({ seed: 5n, drawn: 0n }, words * W)
    expect(Buffer.compare(hart.memory.subarray(OUT, OUT + 40 * read * W), wanted.subarray(0, 40 * read * W))).toBe(0)
    // The next request begins where this one ends, whatever was read.
    expect(host.random.drawn).toBe(BigInt(Math.ceil((words * W) / 8)))
    const { hints, hintPosition } = wholeHints(host)
    expect(Buffer.compare(hints.subarray(hintPosition), wanted.subarray(40 * read * W))).toBe(0)
    expect(host.hints.length).toBeLessThan(2 ** 17)
  })

  test('as much as memory holds, asked for again and again, takes no memory', () => {
    const { host, run } = guest(
      code => {
        code
          .li('a0', 2 ** 29 / W)
          .li('t0', 1000)
          .label('loop')
          .op('hint_random', { rd: 'a0' })
          .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
          .op('bne', { rs1: 't0', target: 'loop' })
          .op('terminate')
      },
      { xlen },
    )
    expect(run().reason).toEqual({ type: 'terminated', exitCode: 0 })
    expect(host).toMatchObject({ hints: new Uint8Array(), random: { drawn: 1000n * 2n ** 26n } })
  })
})
