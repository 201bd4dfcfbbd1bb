/** Keys: everything that matters is in them, nothing else is. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { artifactKey, inputKey } from '../../../src/stages/library/keys.ts'
import type { ProjectFile } from '../../../src/codegen/project.ts'
import type { LibraryInputs } from '../../../src/stages/library/parts.ts'
import type { Toolchain } from '../../../src/toolchain/toolchain.ts'
import { writtenFile } from '../../../src/stages/make/written.ts'
import { sampleProject, sampleToolchain } from '../../store/sample.ts'

const context = {
  mode: 'pure',
  modeOptions: { flag: true },
  toolchain: sampleToolchain,
  makeArguments: ['VERIFY_TAIL_CALLS=1'],
  abiVersion: 1,
  extensionFiles: [{ name: 'keccak.a', digest: 'e'.repeat(64), bytes: 7 }],
}
type ArtifactKeyInput = Parameters<typeof artifactKey>[0]
const written = (files: readonly ProjectFile[]): ArtifactKeyInput['project'] => ({ files: files.map(writtenFile) })
const { files } = sampleProject()
const artifact: ArtifactKeyInput = { ...context, project: written(files) }
const input: LibraryInputs = {
  ...context,
  guestDigest: '1'.repeat(64),
  machineDigest: '2'.repeat(64),
  generatorDigest: '3'.repeat(64),
  inputs: { abi: 'openvm' },
}

const tool = (name: 'cc' | 'make' | 'ld', change: Partial<Toolchain['cc']>): Toolchain => ({
  ...sampleToolchain,
  [name]: { ...sampleToolchain[name], ...change },
})
const shared: Record<string, Partial<ArtifactKeyInput & LibraryInputs>> = {
  mode: { mode: 'metered-cost' },
  'mode option': { modeOptions: { flag: false } },
  'mode option left out': { modeOptions: {} },
  'compiler contents': { toolchain: tool('cc', { digest: 'f'.repeat(64) }) },
  'compiler version': { toolchain: tool('cc', { version: 'clang version 22.1.1' }) },
  'linker contents': { toolchain: tool('ld', { digest: 'f'.repeat(64) }) },
  'make version': { toolchain: tool('make', { version: 'GNU Make 4.4' }) },
  'program behind the driver': { toolchain: { ...sampleToolchain, programs: [sampleToolchain.ld] } },
  'compiler family': { toolchain: { ...sampleToolchain, family: 'gcc' } },
  'target CPU': { toolchain: { ...sampleToolchain, targetCpu: 'x86-64-v3' } },
  'target facts': { toolchain: { ...sampleToolchain, targetFacts: { macros: '', digest: 'f'.repeat(64) } } },
  'CPU feature': { toolchain: { ...sampleToolchain, cpuFeatures: ['avx2', 'bmi2'] } },
  'environment variable': {
    toolchain: { ...sampleToolchain, environment: { ...sampleToolchain.environment, SOURCE_DATE_EPOCH: '0' } },
  },
  'environment variable empty, not unset': {
    toolchain: { ...sampleToolchain, environment: { ...sampleToolchain.environment, SOURCE_DATE_EPOCH: '' } },
  },
  'make argument': { makeArguments: ['VERIFY_TAIL_CALLS='] },
  'two make arguments for one': { makeArguments: ['VERIFY_TAIL_CALLS=1', 'X=1'] },
  'ABI version': { abiVersion: 2 },
  'extension contents': { extensionFiles: [{ name: 'keccak.a', digest: 'f'.repeat(64), bytes: 7 }] },
  profile: { profileDigest: '4'.repeat(64) },
  'profile of other counts': { profileDigest: '5'.repeat(64) },
  'extension name': { extensionFiles: [{ name: 'sha2.a', digest: 'e'.repeat(64), bytes: 7 }] },
}

describe('both keys', () => {
  it.each(Object.entries(shared))('change with the %s', (_, change) => {
    expect(artifactKey({ ...artifact, ...change }).key).not.toBe(artifactKey(artifact).key)
    expect(inputKey({ ...input, ...change }).key).not.toBe(inputKey(input).key)
  })

  it('have no two changes in common', () => {
    const keys = Object.values(shared).map(change => artifactKey({ ...artifact, ...change }).key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('do not depend on where tools lie, on job counts or on paths of extensions', () => {
    const elsewhere = {
      toolchain: tool('cc', { path: '/other/clang', realPath: '/other/clang' }),
      makeArguments: ['-j8', '-s', 'EXT_LIBS=/tmp/x7Ga/keccak.a', 'VERIFY_TAIL_CALLS=1', '-j', '3'],
    }
    expect(artifactKey({ ...artifact, ...elsewhere }).key).toBe(artifactKey(artifact).key)
    expect(inputKey({ ...input, ...elsewhere }).key).toBe(inputKey(input).key)
  })

  it('are refused without target facts', () => {
    expect(() => artifactKey({ ...artifact, toolchain: { ...sampleToolchain, targetFacts: undefined } })).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    )
  })

  it('are equal from another directory, user environment, locale and process', () => {
    const script = `
      import { artifactKey, inputKey } from ${JSON.stringify(join(import.meta.dirname, '../../../src/stages/library/keys.ts'))}
      const { artifact, input } = JSON.parse(process.argv[1])
      for (const { toolchain } of [artifact, input]) toolchain.environment.SOURCE_DATE_EPOCH = undefined
      console.log(artifactKey(artifact).key, inputKey(input).key)`
    const output = execFileSync(
      process.execPath,
      ['--input-type=module', '-e', script, JSON.stringify({ artifact, input })],
      {
        cwd: '/',
        encoding: 'utf8',
        env: {
          PATH: '/nowhere',
          LANG: 'tr_TR.UTF-8',
          LC_ALL: 'de_DE.UTF-8',
          TZ: 'Asia/Tokyo',
          HOME: '/nonexistent',
          CFLAGS: '-O0',
          MAKEFLAGS: '-k',
        },
      },
    )
    expect(output.trim()).toBe(`${artifactKey(artifact).key} ${inputKey(input).key}`)
  })
})

describe('artifactKey', () => {
  it('changes with contents and paths of project files', () => {
    const renamed = files.map(file => ({ ...file, path: file.path.replace('unit_000', 'unit_001') }))
    const changed = sampleProject({}, 'int answer(void) { return 43; }').files
    const keys = [files, changed, renamed, files.slice(1)].map(
      other => artifactKey({ ...artifact, project: written(other) }).key,
    )
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('inputKey', () => {
  it.each([['guestDigest'], ['machineDigest'], ['generatorDigest']] as const)('changes with %s', name => {
    expect(inputKey({ ...input, [name]: '9'.repeat(64) }).key).not.toBe(inputKey(input).key)
  })

  it('changes with further inputs', () => {
    expect(inputKey({ ...input, inputs: { abi: 'linux' } }).key).not.toBe(inputKey(input).key)
  })

  it('names its parts for explanations', () => {
    expect(inputKey(input).parts.map(part => part.name)).toEqual(
      expect.arrayContaining([
        'guest',
        'machine',
        'generator',
        'mode',
        'mode/flag',
        'tool/cc/digest',
        'target/facts',
        'environment/LANG',
        'make/000',
        'input/abi',
      ]),
    )
  })
})
