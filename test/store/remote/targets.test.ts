/** Machines of different CPUs that share a server: what was compiled for a baseline serves them all, what was compiled for one CPU serves its kind. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { arch } from 'node:process'
import { expect, test } from 'vitest'
import { readIdentity } from '../../../src/load/identity.ts'
import { hostCpu } from '../../../src/toolchain/cpu-info.ts'
import { describeToolchain } from '../../../src/toolchain/toolchain.ts'
import { answer } from '../../e2e/support.ts'
import { temporaryDirectory } from '../sample.ts'
import { cacheServer, machine, type Done } from './server.ts'

/**
 * The same compiler for machines of all classes, byte by byte: only the file beside it says which CPU the machine has.
 */
async function compilerOf(cpu: string): Promise<string> {
  const { cc } = await describeToolchain()
  const directory = join(await temporaryDirectory(), 'bin')
  const file = join(directory, 'class-cc')
  await mkdir(directory)
  await writeFile(join(directory, 'cpu'), cpu)
  await writeFile(
    file,
    `#!/bin/sh
read -r cpu < "\${0%/*}/cpu"
for word do
  shift
  [ "$word" = -march=native ] && word=-march=$cpu
  set -- "$@" "$word"
done
exec ${cc.path} "$@"
`,
    { mode: 0o755 },
  )
  return file
}

const has = (...features: string[]): boolean => features.every(feature => hostCpu()?.features.has(feature))
const isModern = arch === 'x64' && has('sse4_2', 'popcnt', 'cx16', 'avx2', 'bmi2', 'fma', 'movbe')

test.skipIf(!isModern)(
  'an artifact for a baseline runs on machines of every class, one for `native` on its own',
  async () => {
    const server = await cacheServer()
    const old = await compilerOf('x86-64-v2')
    const recent = await compilerOf('x86-64-v3')
    const built = await machine({ url: server.url }, { cc: old, targetCpu: 'x86-64-v2' })
    expect(built.counts).toMatchObject({ 'remote-put': 1 })

    // Another class, the same baseline: the very same keys, nothing compiled, and it runs.
    const shared = await machine({ url: server.url }, { cc: recent, targetCpu: 'x86-64-v2' })
    expect(shared).toMatchObject({
      publicValues: answer,
      instret: built.instret,
      stages: [],
      counts: { 'remote-hit': 1 },
    })
    expect(shared.cache).toEqual({ ...built.cache, outcome: 'hit', origin: 'remote' })

    // `native` is another key on each class, and no other's artifact is ever asked for.
    const native: Done[] = []
    for (const cc of [old, recent]) native.push(await machine({ url: server.url }, { cc }))
    expect(native.map(({ counts }) => counts['remote-hit'])).toEqual([undefined, undefined])
    expect(new Set([built, ...native].map(({ cache }) => cache.inputKey)).size).toBe(3)
    expect((await machine({ url: server.url }, { cc: await compilerOf('x86-64-v3') })).cache).toEqual({
      ...native[1]!.cache,
      outcome: 'hit',
      origin: 'remote',
    })
  },
)

test.skipIf(!isModern)('an artifact for a baseline requires no more of a CPU than the baseline has', async () => {
  const done = await machine(false, { targetCpu: 'x86-64-v2' })
  const identity = await readIdentity(
    join(done.cacheDir, 'v1/artifacts', done.cache.key!.slice(0, 2), done.cache.key!, 'library.so'),
  )
  expect(identity.cpuFeatures).toContain('sse4_2')
  expect(identity.cpuFeatures.filter(feature => /^(avx|bmi|fma)/.test(feature))).toEqual([])
})
