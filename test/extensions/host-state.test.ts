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
  expect(Object.keys(saved('linux').data).toSorted()).toEqual([
    'brk',
    'brkStart',
    'files',
    'mappings',
    'pid',
    'random',
    'signals',
    'slept',
    'stdin',
    'stdinPosition',
    'umask',
    'unknownCalls',
  ])
})

const mapping = (from: number, to: number): object => ({ from, to, isFile: false })
const opened = (kind: string, path: string): object => ({ kind, path, flags: 0, offset: 0 })

describe('refused', () => {
  const wrong: [AbiName, string, (data: any) => void][] = [
    ['openvm', 'a record that is not there', data => (data.inputs[1] = 99)],
    ['openvm', 'hints beyond their end', data => (data.hintPosition = 1)],
    ['openvm', 'more random words than there are', data => (data.random.drawn = `${2n ** 63n}`)],
    ['openvm', 'a break', data => (data.brk = 0)],
    ['linux', 'a break below its start', data => (data.brk = data.brkStart - 1)],
    ['linux', 'a break outside of memory', data => (data.brk = 2 ** 29 + 1)],
    ['linux', 'no standard input', data => delete data.stdin],
    ['linux', 'mappings that overlap', data => (data.mappings = [mapping(0x1000, 0x3000), mapping(0x2000, 0x4000)])],
    ['linux', 'a mapping that ends before it begins', data => (data.mappings = [mapping(0x2000, 0x1000)])],
    ['linux', 'a mapping of half a page', data => (data.mappings = [mapping(0x1000, 0x1800)])],
    ['linux', 'a descriptor of nothing', data => data.files.descriptors.push({ file: 3, closesOnExec: false })],
    ['linux', 'an open file without a descriptor', data => (data.files.descriptors[1] = null)],
    ['linux', 'directories', data => (data.directories = [{ host: '/', guest: '/', readOnly: false }])],
    ['linux', 'a file in a directory that nobody gives', data => (data.files.open[0] = opened('file', '/etc/passwd'))],
    ['linux', 'an open file of an unknown kind', data => (data.files.open[0] = opened('socket', '/x'))],
    ['linux', 'flags of another call', data => (data.files.open[0].flags = 0o100)],
    ['linux', 'the action of a signal that is none', data => (data.signals.actions[0] = '00'.repeat(24))],
  ]
  test.each(wrong)('%s: %s', (name, _what, change) => {
    const { data, blobs } = saved(name)
    change(data)
    expect(() => restored(name, data, blobs)).toThrow()
  })
})
