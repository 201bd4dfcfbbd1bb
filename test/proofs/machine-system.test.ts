/** What machines and guests are to the proof system. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { machineTables, programTables } from '../../src/proofs/fixed-tables.ts'
import { machineSystem, startedSystem } from '../../src/proofs/machine-system.ts'
import { initialRoot } from '../../src/proofs/initial-root.ts'
import { Rvr } from '../../src/index.ts'
import { shippedOnce } from '../../src/trace/airs.ts'
import { memoryHashing } from './memory-hashing.ts'

const path = (xlen: number): string =>
  new URL(`../../cache-fixtures/guests/elf/fibonacci.rv${xlen}.elf`, import.meta.url).pathname

test.each([32, 64] as const)('a run of RV%i begins where its first trace does', async xlen => {
  await using rvr = await Rvr.create({ cacheDir: false })
  const loaded = await rvr.load(path(xlen))
  const run = await loaded.interpret('metered').execute({ inputs: [new Uint8Array(8)] })
  const image = parseElf(readFileSync(path(xlen)), 'guest')
  const abi = abiNamed('openvm')
  const set = shippedOnce(xlen)
  const library = memoryHashing()
  const start = { pc: image.entry, root: [...(await initialRoot(set, { image, abi }, library))] }
  for await (const trace of run.traces({ segment: 0, filler: 'reference' })) {
    using segment = trace
    expect(start.pc).toBe(segment.publics['pc_first'])
    expect(start.root).toEqual(start.root.map((_, index) => segment.publics[`root_before[${index}]`]))
  }
  const system = machineSystem(set)
  expect(startedSystem(system, start).starts).toEqual([
    { role: 1, index: 0, value: start.pc },
    ...start.root.map((value, index) => ({ role: 5, index, value })),
  ])
  await expect(initialRoot(set, { image, abi: abiNamed('linux') }, library)).rejects.toMatchObject({
    code: 'UNPROVABLE',
  })
})

test('columns of a trace are main columns, fixed ones, and what is derived comes behind', () => {
  const system = machineSystem(shippedOnce(64))
  const { airs } = system.set
  for (const [index, { main, fixed, derived }] of system.columns.entries()) {
    const flat = system.flat.airs[index]!
    expect([...main, ...fixed].toSorted((a, b) => a - b)).toEqual(airs[index]!.columns.map((_, column) => column))
    expect([main.length + derived.length, fixed.length]).toEqual([flat.mainWidth, flat.fixedWidth])
    for (const [place, { column, node }] of derived.entries()) {
      expect(column).toBe(main.length + place)
      expect(flat.nodes[node]!.degree).toBe(3)
    }
  }
  const machine = machineTables(system)
  expect(machine.map(({ air, logHeight }) => [airs[air]!.name, logHeight])).toEqual([
    ['RangeTuple', 20],
    ['BitwiseLookup', 16],
    ['VariableRangeChecker', 18],
  ])
  const [program, ...others] = programTables(system, {
    image: parseElf(readFileSync(path(64)), 'x'),
    abi: abiNamed('openvm'),
  })
  expect(others).toEqual([])
  expect([...program!.columns]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect(program!.cells.length).toBe(program!.stride * 2 ** program!.logHeight)
})
