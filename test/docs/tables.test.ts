/** The tables of docs/guest-abi.md and docs/metering.md say what the code does. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rows } from '../../src/extensions/io/rows.ts'
import { paddedHeight, segmentSize } from '../../src/machine/limits.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { addressSpaces, leafIdOf, memoryRows, plainTrees } from '../machine/plain/memory-tables.ts'
import { root } from './blocks.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const abi = read('docs/guest-abi.md')
const metering = read('docs/metering.md')

/** The cells of each table row whose first one matches. */
const cellsOf = (page: string, first: RegExp): string[][] =>
  [...page.matchAll(/^\| (.+) \|$/gm)].map(([, row]) => row!.split(' | ')).filter(([cell]) => first.test(cell!))

const numberIn = (text: string): number => Number(text.replaceAll(/[^\d-]/g, ''))

test('encodings of the instructions of ABI openvm', () => {
  const hosts = rows.filter(({ kind }) => kind === 'host')
  const shown = hosts.map(({ name }) => {
    const [[, funct3, immediate] = []] = cellsOf(abi, new RegExp(`^\`${name}\`$`))
    return { name, match: 0x0b | (Number(funct3) << 12) | (Number(/^\d+$/.exec(immediate!)?.[0] ?? 0) << 20) }
  })
  expect(shown).toEqual(hosts.map(({ name, match }) => ({ name, match })))
})

test('every kind of trap', () => {
  const kinds = [...read('src/program/trap.ts').matchAll(/^ {2}\| '([a-z-]+)'$/gm)].map(([, kind]) => kind!)
  expect(kinds).toContain('operand-invalid')
  const table = cellsOf(abi, /^`[a-z]+-[a-z-]+`/)
    .map(([cell]) => cell!)
    .join(' ')
  expect(kinds.filter(kind => !table.includes(`\`${kind}\``))).toEqual([])
})

test('rows of the memory tables', () => {
  const registers = Array.from({ length: 16 }, (_, leaf) => leaf)
  const less = (a: ReturnType<typeof memoryRows>, b: ReturnType<typeof memoryRows>): number[] => [
    a.boundary - b.boundary,
    a.merkle - b.merkle,
    a.hash - b.hash,
  ]
  const wanted = ([64, 32] as const).map(xlen => {
    const tree = plainTrees[xlen]
    const memory = (address: number): number => leafIdOf(addressSpaces.memory, address, tree)
    const rows = (earlier: number[], touched: number[], onEmpty: number[] = []): ReturnType<typeof memoryRows> =>
      memoryRows(earlier, touched, onEmpty, tree)
    const pair = [memory(0), memory(tree.leafBytes)]
    const none = rows([], [])
    const first = rows([], [], registers)
    return [
      less(rows([], pair), none),
      less(rows(pair, pair), none),
      less(rows([], [memory(0), memory(1024)]), rows([], [memory(0)])),
      less(first, none),
      less(rows([], [memory(0)], registers), first),
      less(rows(registers, registers), none),
    ]
  })
  const shown = cellsOf(metering, /^(two neighbouring|the same|byte 0|registers in|then byte)/)
  expect(shown.map(([, ...counts]) => counts.map(numberIn))).toEqual(
    wanted[0]!.map((counts, situation) => [...counts, ...wanted[1]![situation]!]),
  )
})

test('constant heights and limits', () => {
  const { chips, limits } = defaultMachine(64)
  const fixed = chips.filter(({ constantHeight }) => typeof constantHeight === 'number')
  const shown = fixed.map(({ name }) => numberIn(cellsOf(metering, new RegExp(`^\`${name}\`$`))[0]![1]!.split(';')[0]!))
  expect(shown).toEqual(fixed.map(({ constantHeight }) => constantHeight))
  const defaults = cellsOf(metering, /^(trace height|memory|interactions)$/).filter(cells => cells.length === 4)
  expect(defaults.map(([, , text]) => text)).toEqual([
    `2^${Math.log2(limits.maxTraceHeight)} rows`,
    `${limits.maxMemoryBytes / 2 ** 30} GiB`,
    limits.maxInteractions.toLocaleString('en-US'),
  ])
})

test('the estimate of proving memory that is worked out', () => {
  const machine = defaultMachine(64)
  const counted = ['Program 4', 'AddI 4', 'BranchEqual 3', 'RangeTuple 2097152']
  const memory = ['PersistentBoundary 16', 'MemoryMerkle 78', 'Poseidon2Periphery 84']
  const rowsOf = new Map([...counted, ...memory].map(text => [text.split(' ')[0]!, numberIn(text.split(' ')[1]!)]))
  const heights = machine.chips.map(({ name, constantHeight }) => rowsOf.get(name) ?? Number(constantHeight ?? 0))
  const sum = (each: 'width' | 'interactions'): number =>
    machine.chips.reduce((total, chip, index) => total + paddedHeight(heights[index]!) * chip[each], 0)
  const worked = /Σ padded · width is ([\d,]+), .* ([\d,]+): .* together ([\d,]+),/.exec(metering)!
  expect(worked.slice(1).map(numberIn)).toEqual([
    sum('width'),
    sum('interactions'),
    Math.ceil(segmentSize(machine, heights).memoryBytes),
  ])
})
