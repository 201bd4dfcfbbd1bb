/** `rvr compile` names a library that is there, or fails and says how to get one. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Rvr } from '../../src/index.ts'
import {
  cli,
  compilerThat,
  expectFailure,
  fixture,
  jsonOf,
  librariesIn,
  place,
  quickCompiler,
  warningsOf,
} from './e2e-support.ts'

const guest = fixture('exitcode')

test('a cache that is no directory: nothing is compiled for no place, and -o is one', async () => {
  const at = place()
  const cache = join(at.directory, 'a-file')
  const output = join(at.directory, 'out.so')
  writeFileSync(cache, '')
  for (const further of [[], ['--mode', 'pure', '--mode', 'metered']]) {
    // Not even a compiler is looked for.
    const result = await cli(at, ['compile', guest, '--cc', '/no/such/cc', ...further, '--json'], { cache })
    expectFailure(result, 3, cache, '-o FILE')
    expect(jsonOf(result)).toMatchObject({ error: { code: 'COMPILE_FAILED' } })
  }
  const kept = await cli(at, ['compile', guest, '-o', output, '--json'], { cache })
  expect([kept.status, jsonOf(kept).artifact, existsSync(output)]).toEqual([0, output, true])
  expect(warningsOf(kept)).toHaveLength(1)
})

test('a library that cannot be stored after all: one guest, and several', async () => {
  for (const further of [[], ['--mode', 'pure', '--mode', 'metered']]) {
    const at = place()
    const staging = join(at.cache, 'v1/staging')
    const cc = compilerThat(`rm -rf ${staging}; : > ${staging}`, at)
    const result = await cli(at, ['compile', guest, '--cc', cc, ...further, '--json'])
    expectFailure(result, 3, '-o FILE')
    expect(librariesIn(at.cache)).toEqual([])
    expect(jsonOf(result)).not.toHaveProperty('artifact')
  }
})

test('in the SDK the file is named as long as it is there', async () => {
  const rvr = await Rvr.create({ cacheDir: false, cc: quickCompiler })
  const artifact = await (await rvr.load(guest)).compile('pure')
  expect([existsSync(artifact.file!), artifact.isKept]).toEqual([true, false])
  await rvr.dispose()
  expect(artifact.file).toBeUndefined()
})
