/** The prebuilt guests in the interpreter: outputs as recorded from other executors, traps as their sources promise. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MEMORY_BYTES, type Xlen } from '../../src/elf/image.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { symbolAt } from '../../src/elf/symbols.ts'
import type { AbiName } from '../../src/extensions/abi.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { createInterpreter } from '../../src/interp/interpreter.ts'
import { loadImage } from '../../src/interp/memory.ts'
import { createHart } from '../../src/program/hart.ts'
import { sample } from '../support/exhaustive.ts'

const directory = new URL('../../cache-fixtures/guests/', import.meta.url)
interface Expected {
  readonly kernels: Record<string, Record<string, string>>
  readonly guests: Record<string, { args: string[]; stdin: string; stdout: string; exitCode: number }>
}
const expected = JSON.parse(readFileSync(new URL('expected.json', directory), 'utf8')) as Expected

function run(
  name: string,
  xlen: Xlen,
  abiName: AbiName,
  inputs: Uint8Array[],
  args: string[] = [],
  maxInstructions = 100_000_000,
) {
  const image = parseElf(readFileSync(new URL(`elf/${name}.rv${xlen}.elf`, directory)), name)
  const abi = abiNamed(abiName)
  const options = { inputs, args }
  const hart = createHart(xlen, new Uint8Array(MEMORY_BYTES))
  loadImage(image, hart.memory)
  abi.start(image, hart, options)
  const host = abi.host.create(image, options)
  let stdout = ''
  const stretch = createInterpreter(image, abi).run(hart, host, {
    maxInstructions,
    print: (stream, bytes) => {
      if (stream === 'stdout') stdout += new TextDecoder().decode(bytes)
    },
  })
  return { ...stretch, image, hart, host, stdout }
}

describe.each([32, 64] as const)('RV%i', xlen => {
  test.each(Object.entries(expected.guests))('linux guest %s', (name, { args, stdin, stdout, exitCode }) => {
    const result = run(name, xlen, 'linux', [new TextEncoder().encode(stdin)], [name, ...args])
    expect(result.stdout).toBe(stdout)
    expect(result.reason).toEqual({ type: 'terminated', exitCode })
  })

  // The other kernels need more instructions even at scale 1 than a quick test has time for. The widths share these.
  test.each(sample(['hashmap', 'keccak', 'list', 'recursion', 'sha256'], xlen / 32))('kernel %s', name => {
    const result = run(`bench-${name}`, xlen, 'linux', [], [name, '1'])
    expect(result.reason).toEqual({ type: 'terminated', exitCode: 0 })
    expect(result.stdout).toBe(`${expected.kernels[name]!['1']}\n`)
  })

  test('fibonacci reveals the n-th number mod 2^64', () => {
    const record = new Uint8Array(8)
    record[0] = 100
    const { reason, host } = run('fibonacci', xlen, 'openvm', [record])
    expect(reason).toEqual({ type: 'terminated', exitCode: 0 })
    let [a, b] = [0n, 1n]
    for (let n = 0; n < 100; n++) [a, b] = [b, BigInt.asUintN(64, a + b)]
    expect(new DataView(host.publicValues.buffer).getBigUint64(0, true)).toBe(a)
  })

  test.each([[0], [1], [7], [255]])('exit code %i', code => {
    expect(run('exitcode', xlen, 'openvm', [Uint8Array.of(code)]).reason).toEqual({
      type: 'terminated',
      exitCode: code,
    })
  })

  const ends: [selector: number, reason: object][] = [
    [0, { exitCode: 0 }],
    [1, { trap: { kind: 'load-outside', address: BigInt(MEMORY_BYTES) } }],
    [2, { trap: { kind: 'store-outside', address: BigInt(MEMORY_BYTES) } }],
    [3, { trap: { kind: 'jump-outside', address: BigInt(MEMORY_BYTES + 64) } }],
    [4, { trap: { kind: 'jump-misaligned' } }],
    [5, { exitCode: 2 }],
    [6, { trap: { kind: 'hint-exhausted' } }],
    [9, { exitCode: 7 }],
    [10, { trap: { kind: 'load-outside', address: BigInt(MEMORY_BYTES - 2) } }],
    [11, { trap: { kind: 'reveal-outside' } }],
    [12, { trap: { kind: 'jump-outside' } }],
    [13, { trap: { kind: 'input-empty' } }],
    [14, { exitCode: 2 }],
    [15, { exitCode: 2 }],
    [16, { exitCode: 0 }],
  ]
  test.each(ends)('guest traps, case %i', (selector, reason) =>
    expect(run('traps', xlen, 'openvm', [Uint8Array.of(selector)]).reason).toMatchObject(reason),
  )

  test('an endless loop ends at the instruction limit; its function is known', () => {
    const { reason, executed, image, hart } = run('traps', xlen, 'openvm', [Uint8Array.of(7)], [], 10_000)
    expect(reason).toEqual({ type: 'limit' })
    expect(executed).toBe(10_000)
    expect(symbolAt(image, hart.pc)).toMatch(/^spin/)
  })
})
