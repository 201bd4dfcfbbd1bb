/** Compilers behind scripts, links and wrappers, compilers that need a variable, and questions that are given up. */
import { readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inputKey } from '../../src/stages/library/keys.ts'
import { RvrError } from '../../src/errors.ts'
import { describeToolchain, type Toolchain, type ToolchainOptions } from '../../src/toolchain/toolchain.ts'
import { temporaryDirectory } from '../store/sample.ts'
import { fakeClang, fakeMake, script } from './fake-tools.ts'
import { PATIENCE_MS } from '../support/patience.ts'

async function place(): Promise<{
  bin: string
  options: ToolchainOptions & { environment: NodeJS.ProcessEnv }
  starts: (directory?: string) => Promise<number>
}> {
  const bin = await temporaryDirectory()
  await fakeMake(bin)
  return {
    bin,
    options: { environment: { PATH: bin }, memoDirectory: join(bin, 'memo') },
    starts: async (directory = bin) =>
      (await readFile(join(directory, 'starts'), 'utf8').catch(() => '')).split('\n').length - 1,
  }
}

const keyOf = (toolchain: Toolchain): string =>
  inputKey({
    mode: 'pure',
    toolchain,
    abiVersion: 1,
    guestDigest: '0'.repeat(64),
    machineDigest: '0'.repeat(64),
    generatorDigest: '0'.repeat(64),
  }).key

/** A script `cc` that runs what the link `real` leads to, and compilers in directories of their own. */
async function behindScript() {
  const at = await place()
  const compilers = await Promise.all([20, 21].map(major => fakeClang(join(at.bin, `v${major}`), 'clang', major)))
  const lead = async (to: string): Promise<void> => {
    await rm(join(at.bin, 'real'), { force: true })
    await symlink(to, join(at.bin, 'real'))
  }
  await script(join(at.bin, 'cc'), `exec $(readlink -f ${join(at.bin, 'real')}) "$@"`)
  await lead(compilers[0]!)
  const options = { ...at.options, cc: join(at.bin, 'cc'), environment: { PATH: `${at.bin}:/usr/bin:/bin` } }
  return { ...at, compilers: compilers as [string, string], lead, describe: () => describeToolchain(options) }
}

test('a link behind a script that leads to another compiler is noticed, and in the key', async () => {
  const { compilers, lead, describe } = await behindScript()
  const before = await describe()
  expect(await describe()).toEqual(before)
  await lead(compilers[1])
  const after = await describe()
  expect([before.version[0], after.version[0]]).toEqual([20, 21])
  expect(after.cc.digest).toBe(before.cc.digest)
  expect(keyOf(after)).not.toBe(keyOf(before))
  await lead(compilers[0])
  expect(keyOf(await describe())).toBe(keyOf(before))
})

test('the compiler behind a script is in the key by its contents, and one question is enough to know it again', async () => {
  const { bin, compilers, describe, starts } = await behindScript()
  const own = join(bin, 'v20')
  const before = await describe()
  const asked = await starts(own)
  await describe()
  expect(await starts(own)).toBe(asked + 1)
  await fakeClang(own, 'clang', 20, '# rebuilt')
  const after = await describe()
  expect(before.programs.map(({ path }) => path)).toContain(compilers[0])
  expect([after.version, after.cc]).toEqual([before.version, before.cc])
  expect(keyOf(after)).not.toBe(keyOf(before))
})

test('nothing is remembered of a wrapper that does not say what is behind it', async () => {
  const { bin, options, starts } = await place()
  await fakeClang(bin, 'clang-22', 22, 'case "$*" in *-###*) exit 0 ;; esac')
  await describeToolchain(options)
  const asked = await starts()
  await describeToolchain(options)
  expect(await starts()).toBe(asked * 2)
})

test('behind the links of a wrapper on PATH the next compiler is taken, and a wrapper alone is named', async () => {
  const { bin, options } = await place()
  const links = join(bin, 'links')
  for (const wrapper of ['ccache', 'distcc', 'icecc', 'colorgcc', 'sccache']) {
    await script(join(links, wrapper), 'exit 1')
    for (const name of ['gcc', 'cc']) {
      await rm(join(links, name), { force: true })
      await symlink(wrapper, join(links, name))
    }
    const found = { ...options, environment: { PATH: `${links}:${bin}` } }
    await expect(describeToolchain(found)).rejects.toMatchObject({
      code: 'TOOLCHAIN_MISSING',
      message: expect.stringContaining(`${join(links, 'gcc')} is a wrapper`) as string,
    })
    await fakeClang(bin, 'gcc', 17)
    expect((await describeToolchain(found)).cc.path).toBe(join(bin, 'gcc'))
    await rm(join(bin, 'gcc'))
  }
})

test('a gcc that does not work leads to the next one on PATH', async () => {
  const { bin, options } = await place()
  const first = join(bin, 'first')
  await script(join(first, 'gcc'), 'echo "gcc: exec format trouble" >&2; exit 1')
  await fakeClang(bin, 'gcc', 17)
  expect((await describeToolchain({ ...options, environment: { PATH: `${first}:${bin}` } })).cc.path).toBe(
    join(bin, 'gcc'),
  )
})

const needsLibraries =
  'if test "$LD_LIBRARY_PATH" != /opt/lib; then echo "$0: error while loading shared libraries: libanswer.so: cannot open shared object file" >&2; exit 127; fi'

test('a compiler that needs LD_LIBRARY_PATH gets it, and it is in the key; others do not', async () => {
  const { bin, options, starts } = await place()
  await fakeClang(bin, 'clang-22', 22, needsLibraries)
  const given = { ...options, environment: { PATH: bin, LD_LIBRARY_PATH: '/opt/lib' } }
  const toolchain = await describeToolchain(given)
  expect(toolchain.environment).toMatchObject({ LD_LIBRARY_PATH: '/opt/lib' })
  const asked = await starts()
  expect(await describeToolchain(given)).toEqual(toolchain)
  expect(await starts()).toBe(asked)
  await expect(describeToolchain(options)).rejects.toMatchObject({ code: 'TOOLCHAIN_MISSING' })
  await fakeClang(bin, 'clang-22', 22)
  const plain = await describeToolchain(given)
  expect(plain.environment).not.toHaveProperty('LD_LIBRARY_PATH')
  expect(keyOf({ ...toolchain, cc: plain.cc })).not.toBe(keyOf(plain))
})

test('what a compiler says that does not work is repeated, with the variable that may help', async () => {
  const { bin, options } = await place()
  await fakeClang(bin, 'mine', 22, needsLibraries)
  await expect(describeToolchain({ ...options, cc: join(bin, 'mine') })).rejects.toMatchObject({
    code: 'TOOLCHAIN_MISSING',
    message: expect.stringContaining('libanswer.so: cannot open shared object file') as string,
    hint: expect.stringContaining('LD_LIBRARY_PATH') as string,
  })
})

test('a command line is no compiler, and the hint says so', async () => {
  const { options } = await place()
  await expect(describeToolchain({ ...options, cc: 'ccache gcc' })).rejects.toMatchObject({
    code: 'TOOLCHAIN_MISSING',
    hint: expect.stringContaining('without a wrapper') as string,
  })
})

test('giving up while compilers are asked is no lack of compilers', async () => {
  const { bin, options } = await place()
  for (const name of ['clang-22', 'clang-21', 'gcc']) await fakeClang(bin, name, 22)
  const given = { ...options, beforeAsking: () => Promise.reject(new RvrError('ABORTED', 'compiling was aborted')) }
  await expect(describeToolchain(given)).rejects.toMatchObject({ code: 'ABORTED' })
})

test('a compiler that does not answer is given up at once, and does not go on', async () => {
  const { bin, options } = await place()
  const noted = join(bin, 'pid')
  const controller = new AbortController()
  await fakeClang(bin, 'clang-22', 22, `echo $$ > ${noted}; /bin/sleep 86400`)
  const asked = describeToolchain({ ...options, signal: controller.signal })
  const pid = async (): Promise<string> => (await readFile(noted, 'utf8').catch(() => '')).trim()
  while ((await pid()) === '') await sleep(5)
  controller.abort()
  await expect(asked).rejects.toMatchObject({ code: 'ABORTED' })
  const commandLine = async (): Promise<string> => readFile(`/proc/${await pid()}/cmdline`, 'utf8').catch(() => '')
  // It has been killed; a busy machine takes its time about that.
  await expect.poll(commandLine, { timeout: PATIENCE_MS }).toBe('')
})
