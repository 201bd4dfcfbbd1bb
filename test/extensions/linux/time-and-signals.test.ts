/** ABI linux: clocks, signals, the one thread, the process and its machine. */
import { describe, expect, test } from 'vitest'
import { caller, DATA, type Caller } from './support.ts'

const [EPERM, ESRCH, EAGAIN, EFAULT, EINVAL, ENOSYS, ETIMEDOUT] = [-1, -3, -11, -14, -22, -38, -110]
const SECOND = 1_000_000_000n
const YEAR_2000 = BigInt(Date.UTC(2000, 0, 1) / 1000)

describe.each([32, 64] as const)('RV%i', xlen => {
  const width = xlen / 8
  const word = (g: Caller, at: number): bigint =>
    width === 8 ? g.hart.view.getBigInt64(at, true) : BigInt(g.hart.view.getInt32(at, true))
  function setWord(g: Caller, at: number, value: number): void {
    if (width === 8) g.hart.view.setBigInt64(at, BigInt(value), true)
    else g.hart.view.setInt32(at, value, true)
  }
  const time = (g: Caller, clock = 1): bigint => {
    expect(g.call(113, clock, DATA)).toBe(0)
    return word(g, DATA) * SECOND + word(g, DATA + width)
  }

  test('an instruction takes a nanosecond, and sleep as long as it takes', () => {
    const g = caller({ xlen })
    g.hart.instret = 5_000_000_000n
    expect(time(g)).toBe(5_000_000_001n)
    expect(time(g, 0)).toBe(YEAR_2000 * SECOND + 5_000_000_002n)
    setWord(g, DATA, 2)
    setWord(g, DATA + width, 7)
    expect(g.call(101, DATA, 0)).toBe(0)
    expect(time(g)).toBe(7_000_000_011n)
    setWord(g, DATA, 10)
    setWord(g, DATA + width, 0)
    // Until 10 s, and then for 10 s.
    expect([g.call(115, 1, 1, DATA, 0), time(g)]).toEqual([0, 10_000_000_001n])
    setWord(g, DATA, -1)
    expect([g.call(101, DATA, 0), g.call(113, 99, DATA), g.call(113, 0, -4)]).toEqual([EINVAL, EINVAL, EFAULT])
    expect([g.call(169, DATA, DATA + 64), word(g, DATA), word(g, DATA + width)]).toEqual([0, YEAR_2000 + 10n, 0n])
    expect([g.call(114, 1, DATA), word(g, DATA), word(g, DATA + width)]).toEqual([0, 0n, 1n])
    expect(g.call(153, DATA)).toBe(1000)
  })

  test('64-bit times of RV32', () => {
    const g = caller({ xlen })
    g.hart.instret = 41n
    g.hart.view.setBigInt64(DATA + 8, -1n, true)
    expect(g.call(403, 1, DATA)).toBe(xlen === 32 ? 0 : ENOSYS)
    if (xlen === 64) return
    expect([g.hart.view.getBigInt64(DATA, true), g.hart.view.getBigInt64(DATA + 8, true)]).toEqual([0n, 42n])
    g.hart.view.setBigInt64(DATA, 2n ** 32n, true)
    g.hart.view.setBigInt64(DATA + 8, 0n, true)
    expect(g.call(407, 1, 0, DATA, 0)).toBe(0)
    expect(g.host.slept).toBe(2n ** 32n * SECOND)
    expect([g.call(406, 1, DATA), g.hart.view.getBigInt64(DATA + 8, true)]).toEqual([0, 1n])
  })

  test('a signal that the guest sends itself traps by its name, and nothing has happened', () => {
    const g = caller({ xlen })
    const { pid } = g.host
    expect(g.call(178)).toBe(pid)
    for (const sent of [g.outcome(131, pid, pid, 6), g.outcome(130, pid, 6), g.outcome(129, 0, 6)])
      expect(sent).toMatchObject({
        type: 'trap',
        trap: { kind: 'signal-raised', pc: 0x1000, message: /SIGABRT \(signal 6\)/ },
      })
    expect(g.outcome(129, pid, 34)).toMatchObject({ trap: { message: /real-time signal 34/ } })
    expect([g.call(129, pid, 0), g.call(129, pid, 17), g.call(129, pid, 65)]).toEqual([0, 0, EINVAL])
    expect([g.call(129, 1, 9), g.call(129, pid + 1, 9), g.call(131, 1, pid, 9)]).toEqual([EPERM, ESRCH, ESRCH])
  })

  test('what shall happen at a signal is kept; one that is ignored does nothing', () => {
    const g = caller({ xlen })
    const bytes = 2 * width + 8
    setWord(g, DATA, 0x1234)
    expect(g.call(134, 10, DATA, DATA + 64, 8)).toBe(0)
    expect([...g.hart.memory.subarray(DATA + 64, DATA + 64 + bytes)].every(byte => byte === 0)).toBe(true)
    expect([g.call(134, 10, 0, DATA + 64, 8), word(g, DATA + 64)]).toEqual([0, 0x1234n])
    expect(g.outcome(129, 0, 10)).toMatchObject({ trap: { message: /SIGUSR1.*has a handler/ } })
    setWord(g, DATA, 1)
    expect([g.call(134, 10, DATA, 0, 8), g.call(129, 0, 10)]).toEqual([0, 0])
    expect([g.call(134, 9, DATA, 0, 8), g.call(134, 0, 0, 0, 8), g.call(134, 1, 0, 0, 4)]).toEqual([
      EINVAL,
      EINVAL,
      EINVAL,
    ])
    expect(g.call(134, 1, -8, 0, 8)).toBe(EFAULT)
  })

  test('masks and the stack of signals', () => {
    const g = caller({ xlen })
    const mask = (): bigint => g.hart.view.getBigUint64(DATA + 8, true)
    g.hart.view.setBigUint64(DATA, 0b1100n, true)
    expect([g.call(135, 0, DATA, DATA + 8, 8), mask()]).toEqual([0, 0n])
    g.hart.view.setBigUint64(DATA, 0b0100n, true)
    expect([g.call(135, 1, DATA, DATA + 8, 8), mask()]).toEqual([0, 0b1100n])
    expect([g.call(135, 2, DATA, DATA + 8, 8), mask()]).toEqual([0, 0b1000n])
    expect([g.call(135, 0, 0, DATA + 8, 8), mask(), g.call(135, 7, DATA, 0, 8)]).toEqual([0, 0b0100n, EINVAL])
    expect([g.call(132, 0, DATA), g.hart.view.getUint32(DATA + width, true)]).toEqual([0, 2])
    for (const [index, value] of [0x4000, 0, 8192].entries()) setWord(g, DATA + index * width, value)
    expect([g.call(132, DATA, 0), g.call(132, 0, DATA + 64), word(g, DATA + 64)]).toEqual([0, 0, 0x4000n])
    setWord(g, DATA + 2 * width, 100)
    expect(g.call(132, DATA, 0)).toBe(-12)
  })

  test('a wait that nobody could end is a deadlock', () => {
    const g = caller({ xlen })
    g.hart.view.setInt32(DATA, 5, true)
    expect([g.call(98, DATA, 1, 1), g.call(98, DATA, 0x80, 4, 0), g.call(98, DATA + 2, 1, 1)]).toEqual([
      0,
      EAGAIN,
      EINVAL,
    ])
    const trap = { kind: 'futex-deadlock', pc: 0x1000, message: /word at 0x100000 to become another than 5/ }
    expect(g.outcome(98, DATA, 0x80, 5, 0)).toMatchObject({ type: 'trap', trap })
    expect(g.outcome(98, DATA, 9, 5, 0, 0, -1)).toMatchObject({ type: 'trap' })
    setWord(g, DATA + 64, 3)
    setWord(g, DATA + 64 + width, 0)
    expect([g.call(98, DATA, 0, 5, DATA + 64), g.host.slept]).toEqual([ETIMEDOUT, 3n * SECOND])
    expect([g.call(98, DATA, 77), g.call(98, -4, 1, 1)]).toEqual([ENOSYS, EFAULT])
  })

  test('the process, its limits and its machine', () => {
    const g = caller({ xlen })
    const { pid } = g.host
    expect([172, 173, 174, 175, 176, 177, 96].map(number => g.call(number, DATA))).toEqual([
      pid,
      1,
      1000,
      1000,
      1000,
      1000,
      pid,
    ])
    expect([caller({ xlen, seed: 1n }).call(172), caller({ xlen }).call(172)]).toEqual([
      expect.not.toSatisfy((n: number) => n === pid),
      pid,
    ])
    expect([g.call(160, DATA), g.text(DATA, 6), g.text(DATA + 4 * 65, 8)]).toEqual([0, 'Linux\0', `riscv${xlen}\0`])
    expect([g.call(261, 0, 7, 0, DATA), g.hart.view.getBigUint64(DATA + 8, true)]).toEqual([0, 256n])
    expect([g.call(261, 0, 3, 0, DATA), g.hart.view.getBigUint64(DATA, true)]).toEqual([0, 2n ** 23n])
    expect([g.call(261, 0, 3, DATA, 0), g.call(261, 0, 16, 0, 0), g.call(261, 1, 3, 0, 0)]).toEqual([
      EPERM,
      EINVAL,
      ESRCH,
    ])
    expect([g.call(163, 3, DATA), word(g, DATA)]).toEqual([0, 2n ** 23n])
    expect([g.call(179, DATA), word(g, DATA + 4 * width)]).toEqual([0, 2n ** 29n])
    expect([g.call(123, 0, 128, DATA), word(g, DATA), g.call(124)]).toEqual([width, 1n, 0])
    expect([g.call(99, DATA, 3 * width), g.call(99, DATA, 1)]).toEqual([0, EINVAL])
    expect([g.call(166, 0o27), g.call(166, 0), g.call(165, 0, DATA)]).toEqual([0o22, 0o27, 0])
  })

  test('calls that are not there are remembered once each; those that libraries only try are not', () => {
    const g = caller({ xlen })
    expect([220, 198, 220, 293, 258, 283, -1].map(number => g.call(number))).toEqual(Array(7).fill(ENOSYS))
    expect(g.host.unknownCalls).toEqual([220, 198, -1])
    for (let number = 1000; number < 2000; number++) g.call(number)
    expect(g.host.unknownCalls).toHaveLength(64)
  })
})
