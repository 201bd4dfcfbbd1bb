/** Host state belongs to the system of a guest: it makes it, saves it and takes it back, and nothing of another's. */
import { describe, expect, test } from 'vitest'
import { parseElf } from '../../src/elf/parse.ts'
import type { AbiName } from '../../src/extensions/abi.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'

const code = assembler(64, 0x1000)
code.op('addi', { rd: 't0', rs1: 't0' })
const image = parseElf(
  buildElf({ xlen: 64, entry: 0x1000, segments: [{ address: 0x1000, bytes: code.finish(), flags: 5 }] }),
  'guest.elf',
)
const inputs = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)]

/** What a system saves, and the byte strings of it. */
function saved(name: AbiName, seed = 5n): { data: any; blobs: Uint8Array[] } {
  const { host } = abiNamed(name)
  const blobs: Uint8Array[] = []
  const data = host.save(host.create(image, { inputs, seed }), bytes => blobs.push(bytes) - 1)
  return { data: JSON.parse(JSON.stringify(data)), blobs }
}

const restored = (name: AbiName, data: unknown, blobs: readonly Uint8Array[]): unknown =>
  abiNamed(name).host.restore(data, index => {
    const bytes = blobs[index]
    if (bytes === undefined) throw new Error(`there is no byte string ${index}`)
    return bytes
  })

test.each(['openvm', 'linux'] as const)('%s: what was saved comes back', name => {
  const { data, blobs } = saved(name)
  const { nextInput: _none, ...fresh } = abiNamed(name).host.create(image, { inputs, seed: 5n })
  expect(restored(name, data, blobs)).toEqual(fresh)
})

test('a system keeps what its guests use and nothing of the other', () => {
  expect(Object.keys(saved('openvm').data).toSorted()).toEqual([
    'hintPosition',
    'hints',
    'inputs',
    'publicValues',
    'random',
  ])
  expect(Object.keys(saved('linux').data).toSorted()).toEqual(['brk', 'brkStart', 'random', 'stdin', 'stdinPosition'])
})

describe('refused', () => {
  const wrong: [AbiName, string, (data: any) => void][] = [
    ['openvm', 'a record that is not there', data => (data.inputs[1] = 99)],
    ['openvm', 'hints beyond their end', data => (data.hintPosition = 1)],
    ['openvm', 'more random words than there are', data => (data.random.drawn = `${2n ** 63n}`)],
    ['openvm', 'a break', data => (data.brk = 0)],
    ['linux', 'a break below its start', data => (data.brk = data.brkStart - 1)],
    ['linux', 'a break outside of memory', data => (data.brk = 2 ** 29 + 1)],
    ['linux', 'no standard input', data => delete data.stdin],
  ]
  test.each(wrong)('%s: %s', (name, _what, change) => {
    const { data, blobs } = saved(name)
    change(data)
    expect(() => restored(name, data, blobs)).toThrow()
  })
})
