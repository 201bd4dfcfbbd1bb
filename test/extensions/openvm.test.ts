/** ABI openvm: input framing, hint stream, public values, text, termination; a trapping instruction changes nothing. */
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES } from '../../src/elf/image.ts'
import { cellsOf, defaultMachine } from '../../src/machine/machine.ts'
import { guest, trapOf, TEXT, type GuestOptions } from '../support/guest.ts'
import type { Assembler } from '../support/assembler.ts'

const OUT = 0x300000

/** Runs one trapping program; registers, memory at OUT and host state must be those before the last instruction. */
function traps(write: (a: Assembler) => unknown, options: GuestOptions = {}) {
  const g = guest(write, options)
  let before: unknown
  const snapshot = () =>
    structuredClone({ x: g.hart.x, pc: g.hart.pc, host: g.host, memory: g.hart.memory.slice(OUT, OUT + 64) })
  for (let steps = 0; steps < 1000; steps++) {
    before = snapshot()
    const { reason, executed } = g.run({ maxInstructions: 1 })
    if (reason.type === 'limit') continue
    expect(executed).toBe(0)
    expect(snapshot()).toEqual(before)
    return trapOf(reason)
  }
  throw new Error('no trap')
}

test('terminate gives the low eight bits of its immediate', () => {
  expect(guest(a => a.op('terminate', { imm: 0x105 })).run().reason).toEqual({ type: 'terminated', exitCode: 5 })
  expect(guest(a => a.op('terminate', { imm: -1 })).run().reason).toEqual({ type: 'terminated', exitCode: 255 })
})

describe.each([32, 64] as const)('RV%i', xlen => {
  const W = xlen / 8
  const frame = (...payload: number[]): number[] => {
    const padded = Math.ceil(payload.length / W) * W
    return [
      payload.length,
      ...Array.from({ length: W - 1 }, () => 0),
      ...payload,
      ...Array.from({ length: padded - payload.length }, () => 0),
    ]
  }
  const takeAll =
    (words: number) =>
    (a: Assembler): void => {
      a.op('hint_input').li(5, OUT)
      for (let index = 0; index < words; index++) a.op('hint_store', { rd: 5 }).op('addi', { rd: 5, rs1: 5, imm: W })
      a.op('terminate')
    }

  test.each([[0], [1], [W - 1], [W], [W + 1], [3 * W]])(
    'an input record of %i bytes: length, payload, padding',
    length => {
      const payload = Uint8Array.from({ length }, (_, index) => index + 0xa0)
      const words = 1 + Math.ceil(length / W)
      const { hart, host, run } = guest(takeAll(words), { xlen, inputs: [payload] })
      expect(run().reason).toEqual({ type: 'terminated', exitCode: 0 })
      expect([...hart.memory.subarray(OUT, OUT + words * W)]).toEqual(frame(...payload))
      expect(host.hints).toHaveLength(words * W)
      expect(traps(takeAll(words + 1), { xlen, inputs: [payload] }).kind).toBe('hint-exhausted')
    },
  )

  test('HintInput replaces what is left of the stream and consumes records in order', () => {
    const inputs = [Uint8Array.of(1, 2, 3), Uint8Array.of(9)]
    const { hart, host, run } = guest(
      a =>
        a
          .li(5, OUT)
          .op('hint_input')
          .op('hint_store', { rd: 5 })
          .op('hint_input')
          .op('hint_store', { rd: 5 })
          .op('terminate'),
      { xlen, inputs },
    )
    run()
    expect([...hart.memory.subarray(OUT, OUT + W)]).toEqual(frame(9).slice(0, W))
    expect(host.inputs.slice(host.nextInput)).toEqual([])
    expect(inputs).toHaveLength(2)
    expect(traps(a => a.op('hint_input').op('hint_input'), { xlen, inputs: [Uint8Array.of(1)] })).toMatchObject({
      kind: 'input-empty',
      pc: TEXT + 4,
    })
  })

  test('HINT_BUFFER takes many words at once and costs a row for each', () => {
    const machine = defaultMachine(xlen)
    const payload = Uint8Array.from({ length: 1022 * W }, (_, index) => index * 7)
    const { hart, host, run } = guest(
      a => a.op('hint_input').li(5, OUT).li(6, 1023).op('hint_buffer', { rd: 5, rs1: 6 }).op('terminate'),
      {
        xlen,
        inputs: [payload],
        meter: { cost: (instr, rows) => (instr.row.name === 'hint_buffer' ? cellsOf(machine, instr, rows) : 0) },
      },
    )
    expect(run().cost).toBe(1023 * machine.widths.get('hint_buffer')!)
    expect(hart.memory.subarray(OUT + W, OUT + 1023 * W)).toEqual(payload)
    expect(host.hintPosition).toBe(1023 * W)
  })

  test('HINT_BUFFER checks count, stream and memory before it writes', () => {
    const buffer =
      (words: number | bigint, address: number | bigint = OUT) =>
      (a: Assembler) =>
        a.op('hint_input').li(5, address).li(6, words).op('hint_buffer', { rd: 5, rs1: 6 })
    const inputs = [new Uint8Array(4 * W).fill(0xee)]
    expect(traps(buffer(0), { xlen, inputs }).kind).toBe('hint-count')
    expect(traps(buffer(1024), { xlen, inputs }).kind).toBe('hint-count')
    if (xlen === 64) expect(traps(buffer((1n << 32n) + 1n), { xlen, inputs }).kind).toBe('hint-count')
    expect(traps(buffer(6), { xlen, inputs }).kind).toBe('hint-exhausted')
    expect(traps(buffer(5, MEMORY_BYTES - 5 * W + 1), { xlen, inputs })).toMatchObject({
      kind: 'store-outside',
      address: BigInt(MEMORY_BYTES - 5 * W + 1),
    })
    expect(traps(buffer(5, -8), { xlen, inputs }).kind).toBe('store-outside')
    expect(guest(a => buffer(5, MEMORY_BYTES - 5 * W)(a).op('terminate'), { xlen, inputs }).run().reason.type).toBe(
      'terminated',
    )
    expect(
      traps(
        a =>
          a
            .op('hint_input')
            .li(5, MEMORY_BYTES - W + 1)
            .op('hint_store', { rd: 5 }),
        { xlen, inputs },
      ).kind,
    ).toBe('store-outside')
  })

  test('REVEAL stores a register into the public values', () => {
    const { host, run } = guest(
      a =>
        a
          .li(6, 0x1122_3344_5566_7788n)
          .li(5, 64)
          .op('reveal', { rd: 5, rs1: 6, imm: -W })
          .op('reveal', { rd: 0, rs1: 6, imm: W })
          .op('terminate'),
      { xlen },
    )
    run()
    const word = [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11].slice(0, W)
    expect(host.publicValues).toHaveLength(64)
    expect([...host.publicValues.subarray(64 - W)]).toEqual(word)
    expect([...host.publicValues.subarray(0, 2 * W)]).toEqual([...Array.from({ length: W }, () => 0), ...word])
  })

  test('REVEAL outside or misaligned traps', () => {
    const at =
      (offset: number, imm = 0) =>
      (a: Assembler) =>
        a.li(5, offset).op('reveal', { rd: 5, imm })
    expect(traps(at(64), { xlen }).kind).toBe('reveal-outside')
    expect(traps(at(64 - W, W), { xlen }).kind).toBe('reveal-outside')
    expect(traps(at(-W), { xlen })).toMatchObject({ kind: 'reveal-outside', address: 2n ** BigInt(xlen) - BigInt(W) })
    expect(traps(at(W / 2), { xlen }).kind).toBe('reveal-misaligned')
    expect(traps(at(0), { xlen, publicValuesBytes: W - 1 }).kind).toBe('reveal-outside')
    expect(guest(a => at(1000 * W)(a).op('terminate'), { xlen, publicValuesBytes: 1001 * W }).run().reason.type).toBe(
      'terminated',
    )
  })

  test('PrintStr hands UTF-8 to the host', () => {
    const text = 'Grüße, 世界\n'
    const bytes = new TextEncoder().encode(text)
    const print = (address: number, length: number) => (a: Assembler) =>
      a.li(5, address).li(6, length).op('print_str', { rd: 5, rs1: 6 })
    const data = [{ address: OUT, bytes, flags: 6 }]
    const { printed, run } = guest(a => print(OUT, bytes.length)(a).op('terminate'), { xlen, data })
    run()
    expect(printed).toEqual([{ stream: 'stdout', text }])
    expect(traps(print(OUT, 3), { xlen, data }).kind).toBe('print-invalid')
    expect(traps(print(MEMORY_BYTES - 4, 5), { xlen, data }).kind).toBe('load-outside')
    expect(traps(print(-1, 1), { xlen, data }).kind).toBe('load-outside')
  })

  test('HintRandom depends on the seed and the position alone', () => {
    const draw = (seed: bigint, calls: number[]) => {
      const { hart, host, run } = guest(
        a => {
          a.li(5, OUT)
          for (const words of calls) {
            a.li(6, words).op('hint_random', { rd: 6 })
            for (let index = 0; index < words; index++)
              a.op('hint_store', { rd: 5 }).op('addi', { rd: 5, rs1: 5, imm: W })
          }
          a.op('terminate')
        },
        { xlen, seed },
      )
      expect(run().reason).toEqual({ type: 'terminated', exitCode: 0 })
      expect(host.hints).toHaveLength(calls.at(-1)! * W)
      return Buffer.from(hart.memory.slice(OUT, OUT + 8 * W)).toString('hex')
    }
    expect(draw(1n, [8])).toBe(draw(1n, [8]))
    expect(draw(1n, [2, 6])).toBe(draw(1n, [8]))
    expect(draw(1n, [2, 4, 2])).toBe(draw(1n, [8]))
    expect(draw(2n, [8])).not.toBe(draw(1n, [8]))
    expect(new Set(draw(1n, [8]).match(/.{8}/g)).size).toBe(2 * W)
    expect(traps(a => a.li(6, MEMORY_BYTES / W + 1).op('hint_random', { rd: 6 }), { xlen }).kind).toBe(
      'hint-random-count',
    )
    expect(traps(a => a.li(6, -1).op('hint_random', { rd: 6 }), { xlen }).kind).toBe('hint-random-count')
  })
})

test('host state survives a structured clone in the middle of a run', () => {
  const write = (a: Assembler): void => {
    a.li(5, OUT)
      .op('hint_input')
      .op('hint_store', { rd: 5 })
      .op('hint_store', { rd: 5 })
      .op('ld', { rd: 6, rs1: 5 })
      .op('reveal', { rs1: 6 })
      .op('terminate')
  }
  const { hart, host, run, interpreter } = guest(write, { inputs: [Uint8Array.of(5, 6)] })
  run({ maxInstructions: 3 })
  const clone = structuredClone(host)
  interpreter.run(hart, clone, { maxInstructions: 100, print: () => {} })
  expect([...clone.publicValues.subarray(0, 3)]).toEqual([5, 6, 0])
  expect(host.publicValues.every(byte => byte === 0)).toBe(true)
})
