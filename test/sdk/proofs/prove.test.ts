/** Proofs of guests: they verify as one run, and as nothing else. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { runCommand } from '../../../src/cli/program.ts'
import { Rvr, type Guest, type Run, type SegmentProof, type VerifyingKey } from '../../../src/index.ts'
import { readArchive } from '../../../src/archive/read.ts'
import { encodeArchive } from '../../../src/archive/write.ts'
import { openingContent, openingIn, type Opening } from '../../../src/proofs/opening.ts'
import type { FilledTrace } from '../../../src/sdk/traces/filled-trace.ts'
import { isExhaustive } from '../../support/exhaustive.ts'

const path = (name: string): string =>
  new URL(`../../../cache-fixtures/guests/elf/${name}.elf`, import.meta.url).pathname
const input = new Uint8Array([100, 0, 0, 0, 0, 0, 0, 0])

let rvr: Rvr
beforeAll(async () => void (rvr = await Rvr.create()))
afterAll(() => rvr.dispose())

async function started(name: string, maxTraceHeight?: number): Promise<{ guest: Guest; run: Run }> {
  const guest = await rvr.load(path(name))
  const segmentLimits = maxTraceHeight === undefined ? undefined : { maxTraceHeight }
  return { guest, run: await guest.interpret('metered').execute({ inputs: [input], segmentLimits }) }
}

const failing = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Public values are those of the run, and no others are told. */
async function expectOpened(run: Run, proofs: readonly SegmentProof[], key: VerifyingKey): Promise<void> {
  const bytes = proofs.map(proof => proof.bytes)
  expect((await rvr.verifyProofs(bytes, { key })).publicValues).toBeUndefined()
  expect(proofs.slice(0, -1).every(({ publicValues }) => publicValues === undefined)).toBe(true)
  const { values, bytes: opening } = proofs.at(-1)!.publicValues!
  expect(values).toEqual(run.publicValues)
  expect(values.some(byte => byte !== 0)).toBe(true)
  expect((await rvr.verifyProofs(bytes, { key, publicValues: opening })).publicValues).toEqual(values)
  const refused = (publicValues: Uint8Array): Promise<unknown> =>
    failing(rvr.verifyProofs(bytes, { key, publicValues }))
  const rejected = (what: string) => ({ code: 'PROOF_INVALID', details: { step: 'public-values', what } })
  expect(await refused(bytes[0]!)).toMatchObject(rejected('archive'))
  expect(await refused(opening.slice(0, -64))).toMatchObject(rejected('archive'))
  const encoded = (of: Opening): Promise<Uint8Array> => encodeArchive(openingContent(of))
  const right = openingIn(await readArchive(opening))
  expect(await refused(await encoded({ ...right, values: values.with(0, values[0]! ^ 1) }))).toMatchObject(
    rejected('opening'),
  )
  // Where the first segment ends the guest has another memory: its opening is of that root alone.
  for await (const trace of run.traces({ segment: 0, filler: 'reference' })) {
    using suspended = trace as FilledTrace
    expect(await refused(await encoded((await suspended.opening())!))).toMatchObject(rejected('opening'))
  }
}

test('segments of a run of RV32 are proved, and verify in their order alone', async () => {
  const { guest, run } = await started('fibonacci.rv32', 512)
  const proofs: SegmentProof[] = []
  const seen = new Set<string>()
  const onProgress = ({ segment, stage }: { segment: number; stage: string }): void =>
    void seen.add(`${segment} ${stage}`)
  for await (const proof of run.proofs({ set: 'test', filler: 'reference', onProgress })) proofs.push(proof)
  expect(proofs.length).toBe(run.segments.length)
  expect(proofs.length).toBeGreaterThan(1)
  expect([...seen]).toEqual(expect.arrayContaining(['0 fill', '1 fill', '0 commit main']))
  const key = await guest.verifyingKey({ set: 'test' })
  expect(proofs[0]!.key.digest).toBe(key.digest)
  const bytes = proofs.map(proof => proof.bytes)
  const verified = await rvr.verifyProofs(bytes, { key })
  expect(verified).toMatchObject({ segments: proofs.length, exitCode: 0, key: key.digest })
  const chain = async (list: readonly Uint8Array[], of: VerifyingKey = key) =>
    failing(rvr.verifyProofs(list, { key: of }))
  const rejected = (what: string) => ({ code: 'PROOF_INVALID', details: { what } })
  expect(await chain(bytes.toReversed())).toMatchObject(rejected('start'))
  expect(await chain(bytes.slice(1))).toMatchObject(rejected('start'))
  expect(await chain(bytes.slice(0, -1))).toMatchObject(rejected('last'))
  expect(await chain([...bytes, bytes.at(-1)!])).toMatchObject(rejected('last'))
  expect(await chain([bytes[0]!, bytes[0]!])).toMatchObject({ code: 'PROOF_INVALID', details: { step: 'chain' } })
  await expectOpened(run, proofs, key)
  const other = await (await rvr.load(path('exitcode.rv32'))).verifyingKey({ set: 'test' })
  expect(other.digest).not.toBe(key.digest)
  expect(await chain(bytes, other)).toMatchObject(rejected('key'))
})

test('what cannot be proved, or takes too much, is refused before anything is filled', async () => {
  const { run } = await started('fibonacci.rv32')
  const first = (options: object): Promise<unknown> => failing(run.proofs({ set: 'test', ...options }).next())
  expect(await first({ maxMemoryBytes: 2 ** 26 })).toMatchObject({
    code: 'USAGE',
    details: { limit: expect.any(Number) as number },
  })
  expect(await first({ segment: 7 })).toMatchObject({ code: 'USAGE' })
  expect(await first({ set: 'huge' })).toMatchObject({ code: 'USAGE' })
  expect(await first({ signal: AbortSignal.abort() })).toMatchObject({ code: 'ABORTED' })
})

test('rvr prove that is stopped while it proves leaves nothing half written', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-stopped-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const stop = new AbortController()
  let stderr = ''
  const write = (text: string | Uint8Array): boolean => {
    stderr += String(text)
    if (stderr.includes('segment 0, commit main')) stop.abort()
    return true
  }
  const surroundings = { stdout: { write }, stderr: { write }, signal: stop.signal }
  const few = ['--input', 'u64:100', '--tier', 'interp', '--set', 'test', '-v', '-o', join(directory, 'proofs')]
  const status = await runCommand(['prove', path('fibonacci.rv32'), ...few], surroundings)
  expect({ status, stderr }).toEqual({ status: 130, stderr: expect.stringMatching(/^rvr: error: .+$/m) as string })
  expect(readdirSync(directory, { recursive: true }).filter(name => name !== 'proofs')).toEqual([])
})

test.skipIf(!isExhaustive)('a segment of RV64, whose loads and stores have derived columns', async () => {
  const { guest, run } = await started('fibonacci.rv64')
  for await (const { bytes, publicValues } of run.proofs({ set: 'test' })) {
    const key = await guest.verifyingKey({ set: 'test' })
    const verified = await rvr.verifyProofs([bytes], { key, publicValues: publicValues!.bytes })
    expect(verified).toMatchObject({ exitCode: 0, publicValues: run.publicValues })
  }
})

test.skipIf(!isExhaustive)('a run whose segments do not fit into memory is cut again', async () => {
  const guest = await rvr.load(path('fibonacci.rv32'))
  const inputs = [new Uint8Array([0xa0, 0x86, 1, 0, 0, 0, 0, 0])]
  const run = await (await guest.compile('metered')).execute({ inputs })
  expect(run.segments).toHaveLength(1)
  const bytes: Uint8Array[] = []
  const maxMemoryBytes = 1000 * 2 ** 20
  for await (const proof of run.proofs({ set: 'fast', maxMemoryBytes })) bytes.push(proof.bytes)
  expect(bytes.length).toBeGreaterThan(1)
  const key = await guest.verifyingKey({ set: 'fast' })
  expect(await rvr.verifyProofs(bytes, { key })).toMatchObject({ segments: bytes.length, exitCode: 0 })
  // A segment that was asked for is that of the run.
  expect(await failing(run.proofs({ set: 'fast', maxMemoryBytes, segment: 0 }).next())).toMatchObject({ code: 'USAGE' })
})
