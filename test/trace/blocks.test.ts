/** Guests whose blocks are proved in one row: the mock prover accepts them, and all else is as it was without. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { P } from '../../src/air/field.ts'
import { shippedAirs } from '../../src/air/load.ts'
import { VALID } from '../../src/apc/guard.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { u64, type SegmentTrace } from '../../src/index.ts'
import type { Autoprecompile } from '../../src/machine/autoprecompiles.ts'
import type { Machine } from '../../src/machine/machine.ts'
import { free } from '../air/free.ts'
import { kernel, type Subject } from '../metering/guests.ts'
import { fixture, program, useRvr } from '../run/support.ts'
import { isExhaustive, sample } from '../support/exhaustive.ts'
import { anyInstructions } from './any-instructions.ts'
import { machineWithBlocks } from './chosen-blocks.ts'
import { standingAt } from './native/recorder.ts'
import { provable } from './provable.ts'
import { contentOf, expectHeights } from './support.ts'
import { randomTransfers } from './transfers.ts'

const host = useRvr('shared', 'quick')

/** One of so many columns is tried. */
const TURNS = 30

async function runOf({ elf, abi, options }: Subject, machine?: Machine) {
  const guest = await host.rvr.load(elf, { abi, machine })
  return { guest, run: await guest.interpret('metered').execute(options) }
}

const placeOf = ({ instretStart, instructions, publics }: SegmentTrace) => ({ instretStart, instructions, publics })

const fibonacci = (xlen: Xlen): Subject => ({
  name: 'fibonacci',
  xlen,
  abi: 'openvm',
  elf: readFileSync(fixture('fibonacci', xlen)),
  options: { inputs: [u64(20)] },
})

/** Programs with system calls, which nothing proves; the reference takes its time. */
const beginOf = (xlen: Xlen, name: string): Subject => {
  const { elf, options, ...others } = kernel(xlen, name)
  return { ...others, elf: readFileSync(elf as string), options: { ...options, maxInstructions: 30_000 } }
}

const random = (xlen: Xlen, name: string, elf: Uint8Array): Subject => ({
  name,
  xlen,
  abi: 'openvm',
  elf,
  options: {},
})

/** Of random guests a hundred blocks are executed, of kernels fewer. */
const large = (xlen: Xlen): readonly Subject[] => [
  beginOf(xlen, 'keccak'),
  beginOf(xlen, 'sha256'),
  random(xlen, 'any instructions', anyInstructions(xlen, 21, 900)),
  random(xlen, 'transfers', randomTransfers(xlen, 21, 200)),
]

/** How many autoprecompiles a guest has at most. */
type Specialised = readonly [subject: Subject, count: number]

const subjects = (xlen: Xlen): readonly Specialised[] => [
  ...(isExhaustive ? [1, 10] : [xlen === 32 ? 1 : 10]).map((count): Specialised => [fibonacci(xlen), count]),
  ...(isExhaustive ? large(xlen) : []).map((subject): Specialised => [subject, 100]),
]

/** The options with which all that is executed can be proved. */
async function provably(subject: Subject): Promise<Subject> {
  if (subject.abi !== 'linux') return subject
  const { run } = await runOf(subject)
  const maxInstructions = (await provable(run, { filler: 'engine' })) ?? subject.options.maxInstructions
  return { ...subject, options: { ...subject.options, maxInstructions } }
}

describe.each([32, 64] as const)('RV%i', xlen => {
  const cases = subjects(xlen).map(([subject, count]) => ({ subject, count, name: subject.name }))

  test.each(cases)('$name with up to $count', async ({ subject: meant, count, name }) => {
    const subject = await provably(meant)
    const { elf, abi, options } = subject
    const standing = standingAt(elf as Uint8Array, { abi, inputs: options.inputs })
    const machine = machineWithBlocks(standing, count, isExhaustive ? 300 : 60)
    const chips = new Set(machine.autoprecompiles!.list.map(({ chip }) => chip))
    const executed = new Set<string>()
    const [plain, own] = [await runOf(subject), await runOf(subject, machine)]
    let segments = 0
    for await (const trace of own.run.traces({ threads: 2, filler: 'engine' })) {
      using segment = trace
      segments++
      for (const { name: chip, rows } of segment.chips) if (rows > 0 && chips.has(chip)) executed.add(chip)
      expectHeights(own.guest, own.run, segment, name)
      expect(await segment.check()).toMatchObject({ passed: true, failures: [] })
      for await (const other of plain.run.traces({ segment: segment.index, filler: 'engine' })) {
        using without = other
        expect(placeOf(segment)).toEqual(placeOf(without))
      }
      for await (const other of own.run.traces({ segment: segment.index, filler: 'reference' })) {
        using reference = other
        expect(contentOf(segment)).toEqual(contentOf(reference))
      }
      if (count <= 10) await attack(segment, machine)
    }
    // Small guests have fewer than were asked for.
    expect(executed.size).toBeGreaterThan(count === 1 ? 0 : 4)
    expect(segments).toBe(own.run.segments.length + (own.run.openSegment === undefined ? 0 : 1))
  })

  test('a guest that has another instruction in a block is refused', async () => {
    const guestOf = (imm: number): Uint8Array =>
      program(xlen, code =>
        code
          .li('s0', 4)
          .label('loop')
          .op('addi', { rd: 't0', rs1: 't0', imm })
          .op('addi', { rd: 's0', rs1: 's0', imm: -1 })
          .op('bne', { rs1: 's0', target: 'loop' })
          .op('terminate'),
      )
    const { autoprecompiles, ...machine } = machineWithBlocks(standingAt(guestOf(3)), 1)
    const [{ chip, start }] = autoprecompiles!.list as [Autoprecompile]
    const elf = guestOf(4)
    const meant = { ...autoprecompiles!, guest: (await host.rvr.load(elf)).digest }
    const { run } = await runOf({ ...fibonacci(xlen), elf, options: {} }, { ...machine, autoprecompiles: meant })
    const refused = { code: 'USAGE', details: { chip, pc: start } }
    await expect(run.traces({ filler: 'reference' }).next()).rejects.toMatchObject(refused)
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
  expect(named.size).toBeGreaterThan(Math.min(2, machine.autoprecompiles!.list.length - 1))
}
