/** A library is accepted or refused by its identity, before any of its code runs. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ABI_VERSION } from '../../src/load/abi-version.ts'
import { checkIdentity, identityOf, readIdentity, type Identity } from '../../src/load/identity.ts'
import { runMake } from '../../src/toolchain/make.ts'
import { describeToolchain } from '../../src/toolchain/toolchain.ts'
import { writeProject } from '../../src/toolchain/write-project.ts'
import { sampleProject, temporaryDirectory } from '../store/sample.ts'

const toolchain = await describeToolchain()
const sample: Identity = {
  abiVersion: ABI_VERSION,
  rvr: '0.1.0',
  mode: 'pure',
  modeOptions: { a: 1, b: 2 },
  xlen: 32,
  abi: 'openvm',
  extensionsDigest: '4'.repeat(64),
  guestDigest: '1'.repeat(64),
  machineDigest: '2'.repeat(64),
  targetDigest: '3'.repeat(64),
  targetCpu: 'native',
  cpuFeatures: [...toolchain.cpuFeatures],
  hot: ['a0'],
}
const expected = {
  abiVersion: ABI_VERSION,
  mode: 'pure',
  modeOptions: { b: 2, a: 1 },
  guestDigest: sample.guestDigest,
  machineDigest: sample.machineDigest,
  abi: 'openvm',
  extensionsDigest: sample.extensionsDigest,
}
const refused = (reason: string): object => ({
  code: 'ARTIFACT_REFUSED',
  hint: expect.any(String) as string,
  details: expect.objectContaining({ reason }) as object,
})

async function library(identity: unknown): Promise<string> {
  const directory = await temporaryDirectory()
  await writeProject(directory, sampleProject(identity))
  await runMake(directory, toolchain)
  return join(directory, 'guest.so')
}

describe('readIdentity', () => {
  it('reads what was compiled in, further fields included', async () => {
    const path = await library(sample)
    expect(await readIdentity(path)).toEqual(sample)
    checkIdentity(path, await readIdentity(path), expected)
  })

  it.each([
    ['no object', 'text'],
    ['fields of another type', { ...sample, mode: 1 }],
    ['a field missing', { ...sample, cpuFeatures: undefined }],
  ])('refuses an identity with %s', async (_, identity) => {
    await expect(readIdentity(await library(identity))).rejects.toMatchObject(refused('no-identity'))
  })

  it('names the version for an identity of another version, whatever else it holds', async () => {
    await expect(readIdentity(await library({ abiVersion: ABI_VERSION + 1 }))).rejects.toMatchObject(
      refused('abi-version'),
    )
  })

  it('refuses a library without identity', async () => {
    const directory = await temporaryDirectory()
    const project = sampleProject()
    await writeProject(directory, {
      ...project,
      files: project.files.map(file => (file.path === 'entry.c' ? { ...file, content: 'int nothing;\n' } : file)),
    })
    await runMake(directory, toolchain)
    await expect(readIdentity(join(directory, 'guest.so'))).rejects.toMatchObject(refused('no-identity'))
  })

  it('refuses every truncation and what is not a library', async () => {
    const bytes = await readFile(await library(sample))
    for (let length = 0; length < bytes.length; length += 97) {
      expect(() => identityOf('x.so', bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'ARTIFACT_REFUSED' }),
      )
    }
    const file = join(await temporaryDirectory(), 'text')
    await writeFile(file, 'hello')
    await expect(readIdentity(file)).rejects.toMatchObject(refused('not-a-library'))
    await expect(readIdentity(process.execPath.replace(/node$/, ''))).rejects.toMatchObject({ code: 'IO' })
  })

  it('refuses a library for another architecture', async () => {
    const bytes = await readFile(await library(sample))
    bytes.writeUInt16LE(243, 18)
    expect(() => identityOf('x.so', bytes)).toThrow(expect.objectContaining(refused('architecture')))
  })

  it('survives any single damaged byte of the header and the section table', async () => {
    const bytes = await readFile(await library(sample))
    const table = Number(bytes.readBigUInt64LE(40))
    for (const at of [
      ...Array(64).keys(),
      ...Array.from({ length: bytes.length - table }, (_, index) => table + index),
    ]) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0xff
      try {
        identityOf('x.so', damaged)
      } catch (error) {
        expect(error).toMatchObject({ code: 'ARTIFACT_REFUSED' })
      }
    }
  })
})

describe('checkIdentity', () => {
  const cases: [string, Partial<Identity>][] = [
    ['abi-version', { abiVersion: ABI_VERSION + 1 }],
    ['mode', { mode: 'metered-cost' }],
    ['mode', { modeOptions: {} }],
    ['guest', { guestDigest: 'f'.repeat(64) }],
    ['guest', { abi: 'linux' }],
    ['machine', { machineDigest: 'f'.repeat(64) }],
    ['cpu', { cpuFeatures: ['avx2', 'a-feature-of-2099'] }],
  ]
  it.each(cases)('refuses for %s', (reason, change) => {
    expect(() => checkIdentity('x.so', { ...sample, ...change }, expected)).toThrow(
      expect.objectContaining(refused(reason)),
    )
  })

  it('names the features that a lesser CPU lacks', () => {
    expect(() =>
      checkIdentity('x.so', { ...sample, cpuFeatures: ['avx2', 'bmi2'] }, expected, new Set(['bmi2'])),
    ).toThrow(/lacks avx2/)
  })

  it('checks only what is expected', () => {
    checkIdentity('x.so', sample, { abiVersion: ABI_VERSION })
  })
})
