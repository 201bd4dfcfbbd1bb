/** guest.apc: a small guest's candidates and selections, by the stages' own lines and what the cache counts. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readInterchange } from '../../src/apc/interchange/read.ts'
import { sizeOf } from '../../src/air/system.ts'
import { Rvr, u32, type ApcSelectOptions, type Guest, type RvrEvent } from '../../src/index.ts'
import { counting, LOOP, smallGuest, START, TAIL } from '../apc/candidates/small-guest.ts'
import { program, quickly } from '../run/support.ts'
import { temporaryDirectory } from '../store/sample.ts'

interface Bench extends AsyncDisposable {
  readonly rvr: Rvr
  readonly guest: Guest
  /** Lines of stages, and warnings, of a selection. */
  lines(options: ApcSelectOptions): Promise<string[]>
}

async function bench(bytes: Uint8Array = smallGuest(), cacheDir?: string | false): Promise<Bench> {
  const events: RvrEvent[] = []
  const place = cacheDir ?? (await temporaryDirectory())
  const rvr = await Rvr.create({ cacheDir: place, remote: false, ...quickly(), onEvent: event => events.push(event) })
  const guest = await rvr.load(bytes)
  const lines = async (options: ApcSelectOptions): Promise<string[]> => {
    events.length = 0
    await guest.apc.select(options)
    return events.flatMap(event => (event.type === 'apc' || event.type === 'warning' ? [event.message] : []))
  }
  return { rvr, guest, lines, [Symbol.asyncDispose]: () => rvr.dispose() }
}

const built = (count: number) => `built and ranked ${count} autoprecompile candidates`
const hit = (stage: string) => expect.stringMatching(new RegExp(`^cache hit: ${stage}/[0-9a-f]{16}$`))

test('with cell another selection generates nothing, and the same one opens nothing else', async () => {
  await using stand = await bench()
  const { lines, rvr } = stand
  expect(await lines({ autoprecompiles: 1 })).toEqual([built(3), 'selected 1 autoprecompiles'])
  expect(await lines({ autoprecompiles: 2 })).toEqual([hit('generate'), 'selected 2 autoprecompiles'])
  const { cache } = rvr
  const before = { ...cache.counts }
  // Nothing of this is in a key.
  const others = { threads: 1, skip: 0, pgo: 'cell', cutoff: 1, profile: { inputs: [], seed: 0n } } as const
  expect(await lines({ autoprecompiles: 2, ...others })).toEqual([hit('select')])
  expect(cache.counts).toEqual({ ...before, 'input-hit': before['input-hit']! + 1, hit: before['hit']! + 1 })
  expect(await lines({ autoprecompiles: 0 })).toEqual([])
  expect(await lines({ autoprecompiles: 7, candidates: 2 })).toEqual([
    expect.stringContaining('all eligible blocks are built'),
    hit('generate'),
    'selected 3 autoprecompiles',
    'of 7 autoprecompiles there are 3',
  ])
})

test('with the others no more are built than are selected and skipped, unless it is said how many', async () => {
  await using stand = await bench()
  const { lines, guest } = stand
  const instruction = { pgo: 'instruction' } as const
  expect(await lines({ ...instruction, autoprecompiles: 1, skip: 1 })).toEqual([built(2), 'selected 1 autoprecompiles'])
  expect(await lines({ ...instruction, autoprecompiles: 2 })).toEqual([hit('generate'), 'selected 2 autoprecompiles'])
  expect(await lines({ ...instruction, autoprecompiles: 1 })).toEqual([built(1), 'selected 1 autoprecompiles'])
  // The same selection by another order is another one.
  const none = await guest.apc.select({ pgo: 'none', autoprecompiles: 2, profile: { inputs: [u32(1)] } })
  expect([none.pgo, none.cache.outcome]).toEqual(['none', 'miss'])
  expect((await guest.apc.select({ ...instruction, autoprecompiles: 2 })).pgo).toBe('instruction')
  // Nothing is executed for it.
  expect(await lines({ pgo: 'none', autoprecompiles: 2, profile: { inputs: [u32(2)] } })).toEqual([hit('select')])
  expect(await lines({ ...instruction, autoprecompiles: 2, candidates: 3 })).toEqual([
    built(3),
    'selected 2 autoprecompiles',
  ])
  expect(await lines({ ...instruction, autoprecompiles: 3, candidates: 3 })).toEqual([
    hit('generate'),
    'selected 3 autoprecompiles',
  ])
  expect(await lines({ ...instruction, autoprecompiles: 1, profile: { inputs: [u32(1)] } })).toEqual([
    built(1),
    'selected 1 autoprecompiles',
  ])
})

test('what is selected is what a machine is specialised by', async () => {
  await using stand = await bench()
  const { guest } = stand
  const selection = await guest.apc.select({ autoprecompiles: 2, skip: 1 })
  const candidates = await guest.apc.generate()
  expect(candidates.ranked.slice(1)).toEqual(selection.ranked)
  expect(candidates.ranked[0]).toMatchObject({ blocks: [{ start: LOOP }], executions: 8 })
  const { autoprecompiles } = selection
  expect(autoprecompiles.guest).toBe(guest.digest)
  expect(autoprecompiles.list.map(({ start }) => start).toSorted()).toEqual([START, TAIL])
  for (const [index, { system, instructions, chip, start }] of autoprecompiles.list.entries()) {
    const { after, blocks } = selection.ranked[index]!
    expect(sizeOf(system)).toEqual(after)
    expect([instructions, chip]).toEqual([blocks[0]!.instructions, `apc_${start.toString(16)}`])
    expect(system.columns.at(-1)!.name).toBe('is_valid')
  }
})

test('without a cache, and for a guest of other bytes, everything is made anew', async () => {
  const cacheDir = await temporaryDirectory()
  await using first = await bench(smallGuest(), cacheDir)
  await first.guest.apc.generate({ pgo: 'none' })
  const other = program(32, code => counting(code).op('terminate', { imm: 1 }))
  await using second = await bench(other, cacheDir)
  expect((await second.guest.apc.generate({ pgo: 'none' })).cache.outcome).toBe('miss')
  await using without = await bench(smallGuest(), false)
  expect((await without.guest.apc.generate({ pgo: 'none' })).cache).toMatchObject({ outcome: 'off' })
})

test('files are written again on a hit, and are no part of a key', async () => {
  await using stand = await bench()
  const { guest, lines } = stand
  const directory = join(await temporaryDirectory(), 'a', 'b')
  const { ranked } = await guest.apc.generate({ candidatesDir: directory })
  const names = readdirSync(directory).toSorted()
  expect(names).toEqual([...[START, LOOP, TAIL].map(start => `apc_candidate_${start}.json`), 'apc_candidates.json'])
  const { version, apcs, labels } = JSON.parse(readFileSync(join(directory, 'apc_candidates.json'), 'utf8'))
  expect([version, labels]).toEqual([4, { [START]: ['_start'] }])
  const [best] = ranked
  expect(apcs[0]).toEqual({
    execution_frequency: 8,
    original_blocks: [{ start_pc: LOOP, instructions: ['add t1,t1,t0', 'addi t0,t0,-1', 'bne t0,zero,0x200808'] }],
    stats: {
      before: { main_columns: 98, bus_interactions: 51, constraints: 85 },
      after: {
        main_columns: best!.after.columns,
        bus_interactions: best!.after.interactions,
        constraints: best!.after.constraints,
      },
    },
    width_before: 98,
    value: 8 * (98 - best!.costAfter),
    cost_before: 98,
    cost_after: best!.costAfter,
  })
  const { blocks, system } = readInterchange(readFileSync(join(directory, `apc_candidate_${LOOP}.json`)))
  expect([blocks, sizeOf(system)]).toEqual([best!.blocks, best!.after])
  await guest.apc.select({ autoprecompiles: 1 })
  rmSync(directory, { recursive: true })
  expect(await lines({ autoprecompiles: 1, candidatesDir: directory })).toEqual([hit('select'), hit('generate')])
  expect(readdirSync(directory).toSorted()).toEqual(names)
})

test('systems of RV64 are in no interchange format', async () => {
  await using stand = await bench(smallGuest(64))
  const directory = await temporaryDirectory()
  const lines = await stand.lines({ pgo: 'none', autoprecompiles: 1, candidatesDir: directory })
  expect(lines).toContainEqual(expect.stringContaining('systems of candidates are not written'))
  expect(readdirSync(directory)).toEqual(['apc_candidates.json'])
})

test('what cannot be is refused with the reason', async () => {
  await using stand = await bench()
  const { guest, rvr } = stand
  const machine = guest.machine.chips.reduce((sum, { width }) => sum + width, 0)
  await expect(guest.apc.generate({ maxColumns: machine - 1 })).rejects.toMatchObject({
    code: 'USAGE',
    details: { maxColumns: machine - 1, machineColumns: machine },
  })
  expect((await guest.apc.generate({ maxColumns: machine })).ranked).toEqual([])
  for (const options of [
    { pgo: 'none', maxColumns: 9999 },
    { pgo: 'instruction', superblocks: 2 },
    { superblocks: 0 },
    { maxBlockInstructions: 1001 },
    { candidates: 0 },
    { pgo: 'best' },
    { maxColumn: 3 },
  ] as const)
    await expect(guest.apc.generate(options as object)).rejects.toMatchObject({ code: 'USAGE' })
  await expect(guest.apc.select({} as ApcSelectOptions)).rejects.toMatchObject({ code: 'USAGE' })
  const signal = AbortSignal.abort()
  await expect(guest.apc.generate({ signal })).rejects.toMatchObject({ code: 'ABORTED' })
  await rvr.dispose()
  await expect(guest.apc.generate()).rejects.toMatchObject({ code: 'DISPOSED' })
})

test('a listener that fails ends the call, and nothing is stored', async () => {
  const onEvent = ({ type }: RvrEvent): void => {
    if (type === 'candidates') throw new Error('no')
  }
  await using rvr = await Rvr.create({ cacheDir: await temporaryDirectory(), remote: false, onEvent })
  const guest = await rvr.load(smallGuest())
  await expect(guest.apc.generate({ pgo: 'none' })).rejects.toMatchObject({ code: 'CALLBACK_FAILED' })
  expect(await rvr.cache.list()).toEqual([])
})

test('a guest without eligible blocks has no candidates', async () => {
  await using stand = await bench(program(32, code => code.op('addi', { rd: 'a0', rs1: 0, imm: 1 }).op('terminate')))
  expect(await stand.lines({ autoprecompiles: 3 })).toEqual([
    built(0),
    'selected 0 autoprecompiles',
    'of 3 autoprecompiles there are 0',
  ])
})

test('superblocks are counted in the order of the execution', async () => {
  await using stand = await bench()
  const { ranked, counts } = await stand.guest.apc.generate({ superblocks: 2, cutoff: 4 })
  // [loop] 8 times, [loop, loop] 4 times; the others once each.
  expect(counts).toMatchObject({ blocks: 3, executed: 6, belowCutoff: 4, built: 2 })
  const [first] = ranked
  expect(first!.executions * first!.blocks.length).toBe(8)
})

test('a run that traps is counted as far as it came', async () => {
  await using stand = await bench(
    program(32, code => {
      code.op('addi', { rd: 'a0', rs1: 0, imm: -4 }).op('addi', { rd: 'a1', rs1: 0, imm: 1 })
      code.label('next').op('beq', { rs1: 'a1', rs2: 0, target: 'next' })
      code.op('lw', { rd: 'a0', rs1: 'a0', imm: 0 }).op('addi', { rd: 'a1', rs1: 'a1', imm: 1 }).op('terminate')
    }),
  )
  const lines = await stand.lines({ autoprecompiles: 9 })
  expect(lines[0]).toMatch(/^the profiled run has trapped: /)
  expect(lines).toContainEqual(built(1))
})
