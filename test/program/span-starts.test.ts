/** Spans that are found without a graph are those of the graph, in every guest that is here. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Image } from '../../src/elf/image.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed, decoderFor } from '../../src/extensions/registry.ts'
import { buildGraph } from '../../src/program/graph.ts'
import { lift } from '../../src/program/lift.ts'
import { definedSlots, fetchAt } from '../../src/program/slots.ts'
import { spanStarts } from '../../src/program/span-starts.ts'
import { randomGuest } from '../differential/generator.ts'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'

const directory = fileURLToPath(new URL('../../cache-fixtures/guests/elf', import.meta.url))
const guests = readdirSync(directory).filter(name => name.endsWith('.elf'))
const TEXT = 0x200800

function expectTheGraphs(image: Image): void {
  for (const abi of ['openvm', 'linux'] as const) {
    const decode = decoderFor(image.xlen, abiNamed(abi))
    for (const longest of [3, 1000]) {
      const { base, starts } = spanStarts(image, decode, longest)
      const graph = buildGraph(lift(image, decode), longest)
      expect(base).toBe(graph.program.base)
      expect(Buffer.from(starts).equals(graph.spanStarts)).toBe(true)
    }
  }
}

/** Nothing says which words are code: they are found by what leads to them. */
const withoutSections = (image: Image): Image => ({ ...image, sections: { ...image.sections, code: [], data: [] } })

test.each(guests)('%s', name => {
  const image = parseElf(readFileSync(join(directory, name)), name)
  expectTheGraphs(image)
  expectTheGraphs(withoutSections(image))
})

test.each([32, 64] as const)('a random program of RV%i', xlen => {
  expectTheGraphs(parseElf(randomGuest(xlen, 3, 40).elf, 'random.elf'))
})

test('spans start at the first slot, at targets, behind transfers and where they get too long', () => {
  const a = assembler(64, TEXT)
  a.op('addi').op('addi').label('target').op('addi').op('addi').op('addi').op('addi')
  a.op('bne', { rs1: 1, target: 'target' }).op('addi').word(0).op('addi')
  const elf = buildElf({ xlen: 64, entry: TEXT, segments: [{ address: TEXT, bytes: a.finish(), flags: 5 }] })
  const image = parseElf(elf, 'guest.elf')
  const decode = decoderFor(64, abiNamed('openvm'))
  const slotsOf = (longest: number): number[] => {
    const { base, starts } = spanStarts(image, decode, longest)
    expect(base).toBe(TEXT)
    return [...starts.keys()].filter(slot => starts[slot] === 1)
  }
  expect(slotsOf(1000)).toEqual([0, 2, 7, 9, 10])
  expect(slotsOf(2)).toEqual([0, 2, 4, 6, 7, 9, 10])
  expect(spanStarts(image, decode, 2)).toBe(spanStarts(image, decode, 2))
})

test('known instructions are counted in every slot, at odd addresses and behind the bytes of the file too', () => {
  const decode = decoderFor(64, abiNamed('openvm'))
  const a = assembler(64, TEXT)
  a.op('addi').word(0).op('addi').op('addi')
  for (const [address, memorySize] of [
    [TEXT, 16],
    [TEXT - 3, 19],
    [TEXT - 1, 30],
  ] as const) {
    const bytes = new Uint8Array(TEXT - address + 14)
    bytes.set(a.finish().subarray(0, 14), TEXT - address)
    const segments = [{ address, bytes, memorySize, flags: 5 }]
    const image = parseElf(buildElf({ xlen: 64, entry: TEXT, segments }), 'guest.elf')
    let count = 0
    for (let pc = TEXT; pc < address + memorySize; pc += 4) if (fetchAt(image, decode, pc)?.instr !== undefined) count++
    expect(definedSlots(image, decode)).toBe(count)
    expect(count).toBeGreaterThan(0)
  }
})
