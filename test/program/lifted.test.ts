/** A guest is lifted once for all who ask the same. */
import { expect, test } from 'vitest'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed, decoderFor } from '../../src/extensions/registry.ts'
import { lifted } from '../../src/program/lifted.ts'
import { loopGuest, TEXT } from '../codegen/guests.ts'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'

const imageOf = () => {
  const a = assembler(64, TEXT)
  loopGuest(a)
  const elf = buildElf({ xlen: 64, entry: TEXT, segments: [{ address: TEXT, bytes: a.finish(), flags: 5 }] })
  return parseElf(elf, 'guest.elf')
}
const openvm = decoderFor(64, abiNamed('openvm'))

test('the same image, decoder and length of spans have one graph', () => {
  const image = imageOf()
  const graph = lifted(image, openvm, 1000)
  expect(lifted(image, openvm, 1000)).toBe(graph)
  expect(graph.program.image).toBe(image)
})

test('another image, another ABI and another length have their own', () => {
  const image = imageOf()
  const graph = lifted(image, openvm, 1000)
  expect(lifted(imageOf(), openvm, 1000)).not.toBe(graph)
  expect(lifted(image, decoderFor(64, abiNamed('linux')), 1000)).not.toBe(graph)
  const short = lifted(image, openvm, 1)
  expect(short.spanStarts).not.toEqual(graph.spanStarts)
  expect(lifted(image, openvm, 1000)).toBe(graph)
})
