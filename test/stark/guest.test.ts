/** The verifier as a guest: its verdicts are those of the native one, of both widths, and what it rejects reveals nothing. */
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { parseArchive } from '../../src/archive/read.ts'
import { encodeArchive } from '../../src/archive/write.ts'
import { proofSteps } from '../../src/load/stark-fault.ts'
import { OpenKey, StarkVerifier } from '../../src/load/stark-verifier.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { createServices, prepareStark } from '../../src/pipeline.ts'
import { vector } from '../archive/samples.ts'
import { fixture, quickly, useRvr, widths } from '../run/support.ts'

const host = useRvr('shared', 'quick')
const nothing = '0'.repeat(128)

let verifier: StarkVerifier
beforeAll(async () => {
  const services = await createServices({ cacheDir: inject('sharedCache'), ...quickly() }, () => {})
  verifier = new StarkVerifier((await prepareStark({ library: 'verifier' }, services)).opened)
  return () => services.directories.removeAll()
})

interface Verdict {
  readonly exitCode: number | undefined
  readonly revealed: string
}

async function verdictOf(xlen: Xlen, inputs: readonly Uint8Array[]): Promise<Verdict> {
  const guest = await host.rvr.load(fixture('verifier', xlen))
  const run = await guest.interpret('pure').execute({ inputs })
  try {
    const { exitCode, publicValues } = run
    return { exitCode, revealed: Buffer.from(publicValues).toString('hex') }
  } finally {
    run.dispose()
  }
}

/** The exit code that the native verifier's verdict stands for. */
async function codeOf(key: OpenKey, proof: Uint8Array): Promise<number> {
  const fault = await key.verify(proof)
  return fault === undefined ? 0 : 101 + proofSteps.indexOf(fault.step)
}

async function opened(name: string): Promise<OpenKey> {
  const key = await verifier.openKey(vector(`${name}.vkey`))
  if (key instanceof OpenKey) return key
  throw new Error(JSON.stringify(key))
}

/** The proof with one bit changed in the middle of each part: header, table, sections. */
async function damagedProofs(name: string): Promise<Uint8Array[]> {
  const { sections } = await parseArchive(vector(name), { file: name })
  const inSections = sections
    .filter(({ count }) => count > 0)
    .map(({ offset, count, size }) => offset + Math.floor((count * size) / 8) * 4)
  return [0, 80, ...inSections].map(at => {
    const bytes = vector(name)
    bytes[at]! ^= 1
    return bytes
  })
}

describe.each(widths)('RV%i', xlen => {
  test.each(['squares.test', 'nibbles.test', 'relay.test'])('%s', async name => {
    const key = vector(`${name}.vkey`)
    const { digest } = await parseArchive(key, { file: name })
    const verdict = await verdictOf(xlen, [key, vector(`${name}.proof`)])
    expect(verdict).toEqual({ exitCode: 0, revealed: digest + '0'.repeat(64) })
  })

  test('what it takes', async () => {
    const guest = await host.rvr.load(fixture('verifier', xlen))
    const inputs = [vector('nibbles.test.vkey'), vector('nibbles.test.proof')]
    const run = await guest.interpret('pure').execute({ inputs })
    // 25,696 and 50,238 when this was written.
    expect(Number(run.instret)).toBeLessThan(xlen === 64 ? 28_000 : 55_000)
    run.dispose()
  })

  test('what is wrong is so for both', async () => {
    using key = await opened('nibbles.test')
    const codes = new Set<number>()
    for (const proof of await damagedProofs('nibbles.test.proof')) {
      const exitCode = await codeOf(key, proof)
      expect(await verdictOf(xlen, [vector('nibbles.test.vkey'), proof])).toEqual({ exitCode, revealed: nothing })
      codes.add(exitCode)
    }
    // Every step that rejects something at all: archive, shape, transcript, sums, constraints, paths, folds.
    expect([...codes].toSorted((a, b) => a - b)).toEqual([101, 102, 104, 105, 106, 108, 110])
  })

  test('a word that is no element, a proof of another key, a key that is none', async () => {
    const key = vector('squares.test.vkey')
    const sections = new Map<number, Uint32Array[]>()
    const proof = await parseArchive(vector('squares.test.proof'), { file: 'proof' })
    for (const { kind } of proof.sections) sections.set(kind, [proof.words(kind).slice()])
    sections.get(0x107)![0]![0] = 2013265921
    const elements = await encodeArchive({ content: 'proof', sections })
    expect(await verdictOf(xlen, [key, elements])).toEqual({ exitCode: 103, revealed: nothing })
    expect(await verdictOf(xlen, [key, vector('relay.test.proof')])).toEqual({ exitCode: 102, revealed: nothing })
    key[100]! ^= 1
    expect(await verdictOf(xlen, [key, vector('squares.test.proof')])).toEqual({ exitCode: 112, revealed: nothing })
  })
})
