/** What a guest prints waits for its reader: a bounded amount of text is on its way, however the guest is stopped. */
import { describe, expect, test } from 'vitest'
import type { StopRequest } from '../../src/run/execute.ts'
import { createControl, textTaken } from '../../src/run/control.ts'
import { PIECE_BYTES, printGate, weightOfText } from '../../src/run/print-gate.ts'
import type { Assembler } from '../support/assembler.ts'
import { artifactOf, DATA, engines, errorOf, program, useRvr } from './support.ts'

const MOST = 2 ** 20 + PIECE_BYTES + 1024

/** A gate and what came through it. `stop` is asked whenever the gate waits. */
function gate(stop: () => StopRequest | undefined) {
  const control = createControl()
  const pieces: Uint8Array[] = []
  return {
    control,
    pieces,
    print: printGate(new Int32Array(control), stop, (_stream, bytes) => {
      pieces.push(bytes)
    }),
  }
}
const weight = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, piece) => sum + weightOfText(piece), 0)

describe('the gate', () => {
  test.each([1, 1000, 2 ** 16, 2 ** 23])(
    'texts of %i bytes: an aborted guest has posted no more than the bound',
    length => {
      const { pieces, print } = gate(() => 'abort')
      const text = new Uint8Array(length)
      for (let round = 0; round < 2 * MOST; round += length + 1024) print('stdout', text)
      expect(weight(pieces)).toBeLessThanOrEqual(MOST)
      expect(weight(pieces)).toBeGreaterThan(2 ** 19)
    },
  )

  test('what has been taken makes room, and everything arrives in order', () => {
    const taken: number[] = []
    const { control, pieces, print } = gate(() => {
      taken.push(pieces.length)
      for (const piece of pieces.slice(taken.at(-2) ?? 0)) textTaken(control, weightOfText(piece))
      return undefined
    })
    const text = Uint8Array.from({ length: 5 * 2 ** 20 }, (_, index) => index % 251)
    print('stderr', text)
    expect(Buffer.concat(pieces).equals(text)).toBe(true)
    expect(taken.length).toBeGreaterThan(2)
  })

  test('at a deadline the text of the instruction that is executed goes out as a whole', () => {
    const { pieces, print } = gate(() => 'timeout')
    print('stdout', new Uint8Array(3 * 2 ** 20))
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(3 * 2 ** 20)
  })

  test('pieces end between characters, and are memory of their own', () => {
    const { pieces, print } = gate(() => undefined)
    const text = new TextEncoder().encode(`a${'€'.repeat(PIECE_BYTES)}`)
    print('stdout', text)
    expect(pieces.length).toBeGreaterThan(2)
    expect(pieces.map(piece => new TextDecoder('utf-8', { fatal: true }).decode(piece)).join('')).toBe(
      `a${'€'.repeat(PIECE_BYTES)}`,
    )
    text.fill(0)
    expect(pieces[0]![0]).toBe(97)
  })
})

/** Prints the bytes of a word in turn: 0, 1, 2 … */
const counting = (code: Assembler): unknown =>
  code
    .li('s0', DATA)
    .li('t1', 1)
    .label('loop')
    .op('print_str', { rd: 's0', rs1: 't1' })
    .op('lbu', { rd: 'a0', rs1: 's0' })
    .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
    .op('andi', { rd: 'a0', rs1: 'a0', imm: 127 })
    .op('sb', { rs1: 's0', rs2: 'a0' })
    .op('jal', { target: 'loop' })

describe.each(engines)('%s', engine => {
  const host = useRvr('shared', 'quick')
  const artifact = async () => artifactOf(await host.rvr.load(program(64, counting)), 'pure', engine)

  test('a reader that never takes its text: an abort ends the run, and so does a deadline', async () => {
    const controller = new AbortController()
    const stuck = new Promise<void>(() => {})
    let calls = 0
    const onPrint = (): Promise<void> => {
      if (++calls === 1) setTimeout(() => controller.abort(), 20)
      return stuck
    }
    expect(await errorOf((await artifact()).execute({ onPrint, signal: controller.signal }))).toMatchObject({
      code: 'ABORTED',
    })
    expect(calls).toBe(1)
    using run = await (await artifact()).execute({ onPrint: () => stuck, timeoutMs: 20 })
    expect(run).toMatchObject({ outcome: 'suspended', stopCause: 'timeout' })
  })

  test('a slow reader gets every text in order, one at a time, before the call ends', async () => {
    const seen: number[] = []
    let reading = 0
    const onPrint = async (_stream: string, bytes: Uint8Array): Promise<void> => {
      expect(++reading).toBe(1)
      await new Promise(resolve => {
        setImmediate(resolve)
      })
      reading--
      seen.push(bytes[0]!)
    }
    let run = await (await artifact()).execute({ onPrint, maxInstructions: 3000 })
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => index % 128))
    expect(seen.length).toBeGreaterThan(400)
    const before = seen.length
    run = await run.resume({ maxInstructions: 600 })
    expect(seen.length).toBe(before + 100)
    run.dispose()
  })
})
