/** Wherever a guest stops within the block of an autoprecompile, goes on, moves, traps or comes from elsewhere. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Artifact, Guest, ModeName, Run } from '../../src/index.ts'
import { withAutoprecompiles } from '../../src/machine/specialise.ts'
import { someAutoprecompile, type Figures } from '../machine/some-autoprecompiles.ts'
import { DATA, program, TEXT, useRvr } from '../run/support.ts'
import { useMoves } from '../run/tier-support.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { sample } from '../support/exhaustive.ts'
import { piecesOf, rowsOf, trace, type Trace } from './support.ts'

const host = useRvr('shared', 'quick')
const moved = useMoves()
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rvr-blocks-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const MASK = 0x2f5a50

/** A function that is called at its start and in its middle, where nothing says so, until its load traps. */
function write(code: Assembler, middle: number): void {
  code
    .li('s1', DATA)
    .li('s2', MASK)
    .li('s3', middle ^ MASK)
    .li('s0', 4)
    .op('sw', { rs1: 's1', rs2: 's1', imm: 24 })
  code
    .label('loop')
    .op('addi', { rd: 't0', rs1: 't0', imm: 3 })
    .op('xor', { rd: 't1', rs1: 't1', rs2: 't0' })
    .op('sw', { rs1: 's1', rs2: 't1', imm: 16 })
    .op('jal', { rd: 'ra', target: 'function' })
    .op('xor', { rd: 't2', rs1: 's3', rs2: 's2' })
    .op('jalr', { rd: 'ra', rs1: 't2' })
    .op('addi', { rd: 's0', rs1: 's0', imm: -1 })
    .op('bne', { rs1: 's0', target: 'loop' })
    .li('s4', -16)
    .op('sw', { rs1: 's1', rs2: 's4', imm: 24 })
    .op('jal', { rd: 'ra', target: 'function' })
    .op('terminate')
  code
    .label('function')
    .op('addi', { rd: 'a0', rs1: 'a0', imm: 1 })
    .op('add', { rd: 'a1', rs1: 'a1', rs2: 'a0' })
    .label('middle')
    .op('xor', { rd: 'a1', rs1: 'a1', rs2: 'a0' })
    .op('lw', { rd: 'a2', rs1: 's1', imm: 16 })
    // Nothing in front of the block can tell that the next one traps.
    .op('lw', { rd: 'a4', rs1: 's1', imm: 24 })
    .op('lw', { rd: 'a3', rs1: 'a4' })
    .op('add', { rd: 'a1', rs1: 'a1', rs2: 'a2' })
    .op('jalr', { rs1: 'ra' })
}

const draft = assembler(64, TEXT)
write(draft, TEXT)
const at = (label: string): number => draft.addressOf(label)
const elf = program(64, code => write(code, at('middle')))
const blocks: readonly Figures[] = [
  { start: at('loop'), count: 4, width: 70, interactions: 30 },
  { start: at('function'), count: 8, width: 90, interactions: 44 },
  // Wider than what it stands for.
  { start: at('loop') + 24, count: 2, width: 120, interactions: 5 },
]

async function specialised(): Promise<Guest> {
  const { machine, digest } = await host.rvr.load(elf)
  return host.rvr.load(elf, {
    machine: withAutoprecompiles(machine, { guest: digest, list: blocks.map(someAutoprecompile) }),
  })
}

const engines = ['interp', 'native'] as const
const ready = (guest: Guest, mode: ModeName, engine: (typeof engines)[number]): Artifact | Promise<Artifact> =>
  engine === 'interp' ? guest.interpret(mode) : guest.compile(mode)

/** Cells by the plain model, after so many instructions. */
function plainCost(guest: Guest, { blocks: stretches }: Trace, instructions: number): bigint {
  let left = instructions
  let cells = 0
  for (const { executed } of stretches) {
    for (const [chip, rows] of rowsOf(executed.slice(0, left), guest)) cells += rows * guest.machine.chips[chip]!.width
    left = Math.max(0, left - executed.length)
  }
  return BigInt(cells)
}

const factsOf = (run: Run) => [run.outcome, run.instret, run.pc, run.cost, piecesOf(run)]
/** Of a profile, that its parts add up to the whole. */
const profiled = ({ profile }: Run): bigint | undefined =>
  profile && BigInt(profile.opcodes.reduce((sum, { cells }) => sum + cells, 0))

test('the function is entered in its middle, and traps within its block', async () => {
  const guest = await specialised()
  using run = await guest.interpret('metered').execute()
  expect(run.trap?.pc).toBe(at('middle') + 12)
  const [loop, called, end] = run.machine.autoprecompiles!.list.map(({ chip }) =>
    piecesOf(run)[0]!.heights.at(run.machine.chips.findIndex(({ name }) => name === chip)),
  )
  // The other four calls began in the middle, and the fifth was not over.
  expect([loop, called, end]).toEqual([4, 4, 4])
  expect(run.savedByAutoprecompiles?.executions).toBe(12)
  using without = await (await host.rvr.load(elf)).interpret('metered-cost').execute()
  expect(BigInt(run.savedByAutoprecompiles!.cells)).toBe(without.cost! - run.cost!)
})

const modes = ['metered-cost', 'metered', 'profile'] as const

// Modes take turns.
test.each(modes)('stops after every instruction: %s', async mode => {
  const guest = await specialised()
  const artifacts = await Promise.all(engines.map(engine => ready(guest, mode, engine)))
  using whole = await guest.interpret(mode).execute()
  const traced = trace(guest)
  const last = Number(whole.instret)
  const stops = Array.from({ length: last + 1 }, (_, stop) => stop)
  for (const stop of sample(stops, modes.indexOf(mode), modes.length)) {
    const cost = plainCost(guest, traced, stop)
    for (const [index, artifact] of artifacts.entries()) {
      const where = `${engines[index]}, after ${stop}`
      using first = await artifact.execute({ maxInstructions: stop })
      expect([first.instret, first.cost], where).toEqual([BigInt(stop), cost])
      if (mode === 'profile') expect(profiled(first), where).toBe(cost)
      if (stop % 16 === 5 * index) {
        const file = await first.save(join(directory, `${mode}.run`))
        using other = await artifacts[1 - index]!.resumeFrom(file)
        expect(factsOf(other), `${where}, saved`).toEqual(factsOf(whole))
      }
      using second = await first.resume({ maxInstructions: 1 + (stop % 4) })
      const end = second.outcome === 'suspended' ? await second.resume() : second
      expect(factsOf(end), where).toEqual(factsOf(whole))
      if (mode === 'profile') expect(profiled(end), where).toBe(whole.cost)
      end.dispose()
    }
    if (stop % 4 !== 0) continue
    using run = await (await moved(guest, artifacts[1]!, BigInt(stop))).execute()
    expect(factsOf(run), `moved after ${stop}`).toEqual(factsOf(whole))
  }
})

test('a cost limit stops both engines at the same block', async () => {
  const guest = await specialised()
  const [interpreted, native] = await Promise.all(engines.map(engine => ready(guest, 'metered-cost', engine)))
  using whole = await interpreted!.execute()
  for (let maxCost = 0n; maxCost < whole.cost! + 100n; maxCost += 97n) {
    using a = await interpreted!.execute({ maxCost })
    using b = await native!.execute({ maxCost })
    expect(factsOf(b), `${maxCost}`).toEqual(factsOf(a))
  }
})

test('blocks that the guest has not are refused', async () => {
  const { machine, digest } = await host.rvr.load(elf)
  const refuses = async (figures: Figures, code: string): Promise<void> => {
    const list = [someAutoprecompile(figures)]
    const wanted = withAutoprecompiles(machine, { guest: digest, list })
    await expect(host.rvr.load(elf, { machine: wanted })).rejects.toMatchObject({ code })
  }
  const rest = { width: 10, interactions: 1 }
  await refuses({ start: at('loop'), count: 5, ...rest }, 'MACHINE_INVALID')
  await refuses({ start: at('function') - 4, count: 2, ...rest }, 'MACHINE_INVALID')
  await refuses({ start: TEXT - 4, count: 2, ...rest }, 'MACHINE_INVALID')
  await refuses({ start: 0x900000, count: 2, ...rest }, 'MACHINE_INVALID')
  const other = withAutoprecompiles(machine, { guest: 'ab'.repeat(32), list: [someAutoprecompile(blocks[0]!)] })
  await expect(host.rvr.load(elf, { machine: other })).rejects.toMatchObject({ code: 'USAGE' })
  const guest = await specialised()
  await expect(guest.interpretNatively('metered')).rejects.toMatchObject({ code: 'USAGE' })
})
