/** Guests whose blocks are proved in one row: the mock prover accepts them, and all else is as it was without. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { P } from '../../src/air/field.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { VALID } from '../../src/apc/guard.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { u64, type ExecuteOptions, type SegmentTrace } from '../../src/index.ts'
import type { Autoprecompile } from '../../src/machine/autoprecompiles.ts'
import type { Machine } from '../../src/machine/machine.ts'
import { free } from '../air/free.ts'
import { fixture, useRvr } from '../run/support.ts'
import { sample } from '../support/exhaustive.ts'
import { machineWithBlocks } from './chosen-blocks.ts'
import { standingAt } from './native/recorder.ts'
import { contentOf, expectHeights } from './support.ts'

const host = useRvr('shared', 'quick')

/** One of so many columns is tried. */
const TURNS = 30

async function runOf(elf: Uint8Array, options: ExecuteOptions, machine?: Machine) {
  const guest = await host.rvr.load(elf, { machine })
  return { guest, run: await guest.interpret('metered').execute(options) }
}

const placeOf = ({ instretStart, instructions, publics }: SegmentTrace) => ({ instretStart, instructions, publics })

describe.each([32, 64] as const)('RV%i', xlen => {
  const elf = readFileSync(fixture('fibonacci', xlen))
  const inputs = [u64(20)]
  const machine = machineWithBlocks(standingAt(elf, { inputs }), 10)

  test('fibonacci with ten', async () => {
    const [plain, own] = [await runOf(elf, { inputs }), await runOf(elf, { inputs }, machine)]
    for await (const trace of own.run.traces({ threads: 2, filler: 'engine' })) {
      using segment = trace
      expectHeights(own.guest, own.run, segment, 'fibonacci')
      expect(await segment.check()).toMatchObject({ passed: true, failures: [] })
      for await (const other of plain.run.traces({ segment: segment.index, filler: 'engine' })) {
        using without = other
        expect(placeOf(segment)).toEqual(placeOf(without))
      }
      for await (const other of own.run.traces({ segment: segment.index, filler: 'reference' })) {
        using reference = other
        expect(contentOf(segment)).toEqual(contentOf(reference))
      }
      await attack(segment, machine)
    }
  })
})

const family = (column: string): string => column.replace(/(\[\d+\])?_\d+$/, '')

/** Columns of a block whose cells may be anything in some rows: those that may alone, and what helps to show that a sum is not 0. */
function freeOf({ instructions, system }: Autoprecompile, xlen: Xlen): ReadonlySet<string> {
  const { airs } = shippedAirs(xlen)
  const names = system.columns.filter(({ name, origin }) => {
    if (origin === undefined) return name !== VALID
    const [opcode] = instructions[origin.instruction]!
    const air = airs.find(({ codings }) => codings.some(coding => coding.opcode === opcode))!
    return free[xlen][air.name]?.[family(name)] !== undefined
  })
  return new Set(names.map(({ name }) => name))
}

/** Cells of rows of blocks are changed one at a time. */
async function attack(segment: SegmentTrace, machine: Machine): Promise<void> {
  const unnoticed: string[] = []
  const named = new Set<string>()
  const wanted = new Set<string>()
  for (const block of machine.autoprecompiles!.list) {
    const { chip, start } = block
    if (segment.chips.every(({ name }) => name !== chip)) continue
    const mayBeAnything = freeOf(block, machine.xlen)
    const { cells, columns } = segment.matrix(chip)
    const fixed = [...columns.keys()].filter(column => !mayBeAnything.has(columns[column]!))
    for (const column of sample(fixed, start >> 2, TURNS)) {
      const value = cells[column]!
      cells[column] = (value + 1) % P
      const { passed, failures } = await segment.check()
      cells[column] = value
      wanted.add(chip)
      if (passed) unnoticed.push(`${chip} ${columns[column]} ${value}`)
      const says = JSON.stringify(failures)
      if (says.includes(`"air":"${chip}"`) && says.includes(`"pc":${start},`)) named.add(chip)
    }
  }
  expect(unnoticed).toEqual([])
  expect(named).toEqual(wanted)
  expect(named.size).toBeGreaterThan(2)
}
