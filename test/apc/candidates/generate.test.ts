/** Candidates of a small guest: built on any number of threads, ranked, kept as a file, and read again. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { WrittenCandidates } from '../../../src/apc/candidates/candidates.ts'
import { packedCandidates, readCandidates } from '../../../src/apc/candidates/file.ts'
import { generate, type GenerateProgress, type GuestProfile } from '../../../src/apc/candidates/generate.ts'
import { generateOptions, type GenerateChoices } from '../../../src/apc/candidates/options.ts'
import { buildCandidate } from '../../../src/apc/candidates/build.ts'
import { autoprecompilesOf, selected } from '../../../src/apc/candidates/select.ts'
import { DEFAULT_DEGREES } from '../../../src/apc/optimise/optimise.ts'
import type { Block } from '../../../src/air/system.ts'
import { blocksIn, LOOP, machineOf, smallGuest, START } from './small-guest.ts'

const guest = '7'.repeat(64)
const machine = machineOf(32)
const blocks = blocksIn(smallGuest())
const counts = new Map(
  blocks.flatMap(({ start, instructions }) =>
    instructions.map((_, index): [number, number] => [start + 4 * index, start === LOOP ? 8 : 1]),
  ),
)

interface Wish {
  readonly of?: readonly Block[]
  readonly executed?: GuestProfile
  readonly threads?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: GenerateProgress) => void
}

async function made(
  choices: GenerateChoices = {},
  { of = blocks, executed = { counts }, ...building }: Wish = {},
): Promise<WrittenCandidates> {
  const options = generateOptions(choices, () => {})
  const input = { guest, blocks: of, options, machineColumns: 1000, profile: async () => executed }
  return generate(input, { machine, degrees: DEFAULT_DEGREES, ...building })
}

/** What most tests look at. */
const all = await made({}, { threads: 1 })

const startsIn = ({ candidates: { ranked } }: WrittenCandidates): number[][] =>
  ranked.map(candidate => candidate.blocks.map(({ start }) => start))

test('all threads build the same, as one would in place', async () => {
  const progress: GenerateProgress[] = []
  const [one, three] = await Promise.all([all, made({}, { threads: 3, onProgress: each => progress.push(each) })])
  expect(three).toEqual(one)
  const { ranked, failed, counts: numbers } = one.candidates
  expect([ranked[0]!.blocks[0]!.start, ranked[0]!.executions, failed]).toEqual([LOOP, 8, []])
  expect(numbers).toEqual({
    blocks: 3,
    executed: 3,
    belowCutoff: 0,
    tooLong: 0,
    eligible: 3,
    built: 3,
    passedOver: 0,
  })
  const file = await readCandidates(await packedCandidates(one), machine.buses)
  expect(file.candidates).toEqual(one.candidates)
  for (const [index, { blocks: parts, before, after, costBefore, costAfter }] of ranked.entries()) {
    const built = buildCandidate(machine, parts, DEFAULT_DEGREES)
    expect(file.system(index)).toEqual(built.system)
    expect([before, after]).toEqual([built.before, built.after])
    expect([costBefore, costAfter]).toEqual([before.columns, built.system.columns.length])
  }
  expect(progress.map(({ done, planned }) => [done, planned])).toEqual([1, 2, 3].map(done => [done, 3]))
  expect(progress.at(-1)!.saved).toBe(ranked.reduce((sum, each) => sum + each.costBefore - each.costAfter, 0))
})

test('each order builds what it needs', async () => {
  const [none, instruction, cell] = await Promise.all([
    made({ pgo: 'none', candidates: 2 }),
    made({ pgo: 'instruction', candidates: 1 }),
    made({ cutoff: 2 }),
  ])
  expect(startsIn(none)).toEqual([[LOOP], [START]])
  expect(none.candidates.ranked.map(({ executions }) => executions)).toEqual([0, 0])
  expect(startsIn(instruction)).toEqual([[LOOP]])
  expect(instruction.candidates.counts).toMatchObject({ eligible: 3, built: 1 })
  expect(startsIn(cell)).toEqual([[LOOP]])
  expect(cell.candidates.counts).toMatchObject({ belowCutoff: 2, built: 1 })
  expect((await made({ maxBlockInstructions: 2 })).candidates.counts).toMatchObject({ tooLong: 1, built: 2 })
})

test('a budget is what the machine leaves of the columns that are allowed', async () => {
  const { candidates } = all
  const [first, ...others] = candidates.ranked
  const budget = { maxColumns: 1000 + first!.costAfter }
  expect((await made(budget)).candidates).toMatchObject({ ranked: [first], counts: { passedOver: others.length } })
  await expect(made({ maxColumns: 999 })).rejects.toMatchObject({
    code: 'USAGE',
    details: { maxColumns: 999, machineColumns: 1000 },
  })
})

test('blocks in a row are one candidate, and can be selected alone', async () => {
  const runs = [{ starts: [START, LOOP], times: 5 }]
  const both = await made({ superblocks: 2 }, { executed: { counts, runs } })
  expect(startsIn(both)).toEqual([[START, LOOP]])
  expect(both.candidates.counts).toMatchObject({ executed: 3, built: 3, passedOver: 2 })
  const [candidate] = both.candidates.ranked
  expect(candidate).toMatchObject({ executions: 5, costBefore: 2 * 36 + 2 * 36 + 26 })
  const file = await readCandidates(await packedCandidates(both), machine.buses)
  expect(() => autoprecompilesOf(file)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  await expect(made({ superblocks: 2, pgo: 'none' })).rejects.toMatchObject({ code: 'USAGE' })
})

test('what cannot be built is told, and all else is built', async () => {
  const unknown: Block = { start: LOOP, instructions: [[4000, 0, 0, 0, 0, 0, 0, 0], blocks[0]!.instructions[0]!] }
  const { candidates } = await made({ pgo: 'none' }, { of: [...blocks.slice(0, 1), unknown] })
  expect(candidates).toMatchObject({
    ranked: [{ blocks: [{ start: START }] }],
    failed: [{ starts: [LOOP], code: 'INPUT_INVALID', message: expect.stringContaining('4000') }],
    counts: { eligible: 2, built: 1 },
  })
})

test('a guest without blocks has no candidates', async () => {
  expect(await made({}, { of: [] })).toMatchObject({ candidates: { ranked: [], failed: [] }, systems: [] })
})

test('work that is given up ends', async () => {
  const controller = new AbortController()
  const given = made({}, { signal: controller.signal, threads: 1, onProgress: () => controller.abort() })
  await expect(given).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(made({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
})

test('a selection is a part of the order, with its systems', async () => {
  const read = async (written: WrittenCandidates) => readCandidates(await packedCandidates(written), machine.buses)
  const file = await read(all)
  const some = selected(file, { autoprecompiles: 5, skip: 1 })
  expect(some).toEqual({
    candidates: { ...all.candidates, ranked: all.candidates.ranked.slice(1) },
    systems: all.systems.slice(1),
  })
  const { list, guest: of } = autoprecompilesOf(await read(some))
  expect(of).toBe(guest)
  expect(list.map(({ chip }) => chip)).toEqual(list.map(({ start }) => `apc_${start.toString(16)}`))
  expect(list.map(({ system }) => system)).toEqual([1, 2].map(index => file.system(index)))
})

test('a file that is none is refused', async () => {
  const lines = gunzipSync(await packedCandidates(await made({ cutoff: 2 })))
    .toString()
    .split('\n')
  const read = (text: string) => readCandidates(gzipSync(text), machine.buses)
  const refused = expect.objectContaining({ code: 'ARTIFACT_REFUSED' })
  const [head, system] = lines as [string, string]
  const bad = ['', head, `${head}\n`, `${head}\n${system}`, `${head}\n${system}\n{}\n`, `{}\n${system}\n`]
  for (const text of bad) await expect(read(text)).rejects.toEqual(refused)
  await expect(readCandidates(Buffer.from('x'), machine.buses)).rejects.toEqual(refused)
  const whole = JSON.parse(system)
  const { columns, messages } = whole
  const changes = [
    { columns: columns.slice(1) },
    { columns: [...columns, columns[0]] },
    { constraints: [2 ** 31] },
    { constraints: [[columns[0][0], '/', 1]] },
    { messages: [[99, ...messages[0].slice(1)]] },
    { messages: [[messages[0][0], 1, []]] },
    { derived: [[1 << 23, 1]] },
  ]
  for (const change of changes) {
    const file = await read(`${head}\n${JSON.stringify({ ...whole, ...change })}\n`)
    expect(() => file.system(0)).toThrow(refused)
  }
})
