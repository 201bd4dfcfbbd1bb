/** ABI linux: the initial stack, each system call, bad pointers, determinism. */
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES } from '../../../src/elf/image.ts'
import { guest, trapOf, TEXT, type GuestOptions } from '../../support/guest.ts'
import type { Assembler } from '../../support/assembler.ts'

const AT = 0x300000
const EBADF = -9n
const EFAULT = -14n
const EINVAL = -22n
const ESPIPE = -29n
const ENOSYS = -38n

type Call = readonly [number: number, ...args: (number | bigint)[]]

/** Executes system calls in order; returns each result as a signed number, and the guest. */
function calls(list: readonly Call[], options: GuestOptions = {}) {
  const g = guest(
    (a: Assembler) => {
      for (const [number, ...args] of list) {
        a.li('a7', number)
        for (const [index, argument] of args.entries()) a.li(10 + index, argument)
        a.op('ecall').op('fence')
      }
      a.op('addi', { rd: 5, imm: 1 })
    },
    { abi: 'linux', ...options },
  )
  const results: bigint[] = []
  const ends = [...Array(list.length).keys()]
  for (const _ of ends) {
    let atFence = false
    const stretch = g.run({ until: pc => (atFence = g.interpreter.instrAt(pc)?.row.name === 'fence') })
    if (!atFence) return { results, ...g, reason: stretch.reason }
    results.push(BigInt.asIntN(g.hart.xlen, g.hart.x[10]!))
    g.run({ maxInstructions: 1 })
  }
  return { results, ...g, reason: undefined }
}

describe.each([32, 64] as const)('RV%i', xlen => {
  const W = xlen / 8
  const word = (memory: DataView, at: number): number =>
    W === 8 ? Number(memory.getBigUint64(at, true)) : memory.getUint32(at, true)

  test('the stack holds argc, argv, envp and the auxiliary vector', () => {
    const { hart } = guest(a => a.op('ecall'), {
      xlen,
      abi: 'linux',
      args: ['prog', 'käse', ''],
      env: { HOME: '/', EMPTY: '' },
    })
    const sp = Number(hart.x[2])
    expect(sp % 16).toBe(0)
    const text = (at: number): string => {
      expect(at).toBeLessThan(MEMORY_BYTES - 8192)
      return new TextDecoder().decode(hart.memory.slice(at, hart.memory.indexOf(0, at)))
    }
    expect(word(hart.view, sp)).toBe(3)
    expect([1, 2, 3].map(index => text(word(hart.view, sp + index * W)))).toEqual(['prog', 'käse', ''])
    expect([word(hart.view, sp + 4 * W), word(hart.view, sp + 7 * W)]).toEqual([0, 0])
    expect([5, 6].map(index => text(word(hart.view, sp + index * W)))).toEqual(['HOME=/', 'EMPTY='])
    const auxiliary = new Map<number, number>()
    for (let at = sp + 8 * W; ; at += 2 * W) {
      auxiliary.set(word(hart.view, at), word(hart.view, at + W))
      if (word(hart.view, at) === 0) break
    }
    expect(auxiliary.get(6)).toBe(4096)
    expect(auxiliary.get(9)).toBe(TEXT)
    // I and M.
    expect(auxiliary.get(16)).toBe((1 << 8) | (1 << 12))
    expect(text(auxiliary.get(31)!)).toBe('prog')
    expect([3, 4, 5].map(type => auxiliary.get(type))).toEqual([undefined, undefined, undefined])
    const random = auxiliary.get(25)!
    expect(new Set(hart.memory.slice(random, random + 16)).size).toBeGreaterThan(4)
    expect(hart.memory.subarray(MEMORY_BYTES - 8192).every(byte => byte === 0)).toBe(true)
    expect([...hart.x].filter(value => value !== 0n)).toHaveLength(1)
  })

  test('arguments that do not fit are a usage error', () => {
    expect(() => guest(a => a.op('ecall'), { xlen, abi: 'linux', args: ['x'.repeat(2 ** 18)] })).toThrow(
      /arguments and environment take/,
    )
    expect(() => guest(a => a.op('ecall'), { xlen, abi: 'linux', args: ['a\0b'] })).toThrow(/zero byte/)
  })

  test.each([93, 94])('exit %i', number => {
    expect(calls([[number, 0x1ff]], { xlen }).reason).toEqual({ type: 'terminated', exitCode: 255 })
    expect(calls([[number, 0]], { xlen }).reason).toEqual({ type: 'terminated', exitCode: 0 })
  })

  test('read takes standard input piece by piece', () => {
    const inputs = [Uint8Array.of(1, 2, 3), new Uint8Array(), Uint8Array.of(4, 5)]
    const { results, hart } = calls(
      [
        [63, 0, AT, 4],
        [63, 0, AT + 4, 100],
        [63, 0, AT, 100],
        [63, 1, AT, 1],
        [63, 0, MEMORY_BYTES - 1, 2],
        [63, 0, -1, 1],
      ],
      { xlen, inputs },
    )
    expect(results).toEqual([4n, 1n, 0n, EBADF, EFAULT, EFAULT])
    expect([...hart.memory.subarray(AT, AT + 6)]).toEqual([1, 2, 3, 4, 5, 0])
  })

  test('write and writev go to stdout and stderr', () => {
    const bytes = new TextEncoder().encode('hello\n')
    const table = new DataView(new ArrayBuffer(4 * W))
    for (const [index, value] of [AT, 5, AT + 5, 1].entries()) {
      if (W === 8) table.setBigUint64(index * 8, BigInt(value), true)
      else table.setUint32(index * 4, value, true)
    }
    const data = [
      { address: AT, bytes, flags: 6 },
      { address: AT + 0x100, bytes: new Uint8Array(table.buffer), flags: 6 },
    ]
    const { results, printed } = calls(
      [
        [64, 1, AT, 6],
        [64, 2, AT, 2],
        [64, 1, AT, 0],
        [64, 0, AT, 1],
        [64, 3, AT, 1],
        [64, 1, MEMORY_BYTES, 1],
        [66, 1, AT + 0x100, 2],
        [66, 1, AT + 0x100, 0],
        [66, 1, AT + 0x100, -1],
        [66, 1, AT + 0x100, 1025],
        [66, 1, -8, 1],
        [66, 7, AT, 1],
      ],
      { xlen, data },
    )
    expect(results).toEqual([6n, 2n, 0n, EBADF, EBADF, EFAULT, 6n, 0n, EINVAL, EINVAL, EFAULT, EBADF])
    expect(printed).toEqual([
      { stream: 'stdout', text: 'hello\n' },
      { stream: 'stderr', text: 'he' },
      { stream: 'stdout', text: 'hello' },
      { stream: 'stdout', text: '\n' },
    ])
  })

  test('writev with one bad vector writes nothing', () => {
    const table = new DataView(new ArrayBuffer(4 * W))
    for (const [index, value] of [AT, 1, MEMORY_BYTES, 1].entries()) {
      if (W === 8) table.setBigUint64(index * 8, BigInt(value), true)
      else table.setUint32(index * 4, value, true)
    }
    const { results, printed } = calls([[66, 1, AT, 2]], {
      xlen,
      data: [{ address: AT, bytes: new Uint8Array(table.buffer), flags: 6 }],
    })
    expect(results).toEqual([EFAULT])
    expect(printed).toEqual([])
  })

  test('brk starts page-aligned behind the image, grows, shrinks, refuses', () => {
    const start = (TEXT & ~0xfff) + 0x1000
    const { results } = calls(
      [
        [214, 0],
        [214, start + 100],
        [214, start - 1],
        [214, MEMORY_BYTES],
        [214, -1],
        [214, start],
      ],
      { xlen },
    )
    expect(results.map(Number)).toEqual([start, start + 100, start + 100, start + 100, start + 100, start])
  })

  test('memory that brk gives back reads as zero when it comes again', () => {
    const start = (TEXT & ~0xfff) + 0x1000
    const g = calls(
      [
        [214, start + 0x3000],
        [63, 0, start + 0x2000, 3],
        [214, start + 0x1000],
        [214, start + 0x3000],
      ],
      { xlen, inputs: [Uint8Array.of(1, 2, 3)] },
    )
    expect(g.results[1]).toBe(3n)
    expect([...g.hart.memory.subarray(start + 0x2000, start + 0x2003)]).toEqual([0, 0, 0])
  })

  test('fstat, lseek and close of the standard streams', () => {
    const { results, hart } = calls(
      [
        [80, 1, AT],
        [80, 3, AT],
        [80, 1, MEMORY_BYTES - 127],
        [62, 0, 0, 0],
        [62, 9, 0, 0],
        [57, 2],
        [57, 3],
      ],
      { xlen },
    )
    expect(results).toEqual([0n, EBADF, EFAULT, ESPIPE, EBADF, 0n, EBADF])
    expect(hart.view.getUint32(AT + 16, true)).toBe(0o20620)
  })

  test('a stretch ends behind so many system calls: each may take as long as a call of an extension', () => {
    const g = guest(a => Array.from({ length: 9 }, () => a.op('ecall').op('fence')), { xlen, abi: 'linux' })
    g.hart.x[17] = 172n
    expect(g.run({ maxCalls: 3 })).toMatchObject({ executed: 5, reason: { type: 'limit' } })
  })

  test('getrandom depends on the seed', () => {
    const draw = (seed: bigint): string => {
      const { results, hart } = calls(
        [
          [278, AT, 20, 0],
          [278, AT + 20, 12, 0],
          [278, MEMORY_BYTES, 1, 0],
          [278, AT, -1, 0],
        ],
        { xlen, seed },
      )
      expect(results).toEqual([20n, 12n, EFAULT, EFAULT])
      return Buffer.from(hart.memory.slice(AT, AT + 32)).toString('hex')
    }
    expect(draw(1n)).toBe(draw(1n))
    expect(draw(1n)).not.toBe(draw(2n))
    expect(new Set(draw(1n).match(/../g)).size).toBeGreaterThan(20)
  })

  test('unknown system calls return ENOSYS, ebreak and unknown words trap', () => {
    expect(calls([[1], [220, 0, 0], [-1]], { xlen }).results).toEqual([ENOSYS, ENOSYS, ENOSYS])
    for (const word of [0x0010_0073, 0, 0x0b]) {
      const { reason, executed } = guest(a => a.op('addi').word(word), { xlen, abi: 'linux' }).run()
      expect(trapOf(reason)).toMatchObject({ kind: 'illegal-instruction', pc: TEXT + 4 })
      expect(executed).toBe(1)
    }
  })
})
