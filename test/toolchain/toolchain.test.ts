/** Which toolchain is found, what is known of it, and when it is asked again. */
import { readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeToolchain, type ToolchainOptions } from '../../src/toolchain/toolchain.ts'
import { recorder, temporaryDirectory } from '../store/sample.ts'
import { fakeClang, fakeMake, script } from './fake-tools.ts'

async function tools(): Promise<{ bin: string; options: ToolchainOptions; starts: () => Promise<number> }> {
  const bin = await temporaryDirectory()
  await fakeMake(bin)
  return {
    bin,
    options: { environment: { PATH: bin }, memoDirectory: join(bin, 'memo') },
    starts: async () => (await readFile(join(bin, 'starts'), 'utf8').catch(() => '')).split('\n').length - 1,
  }
}

describe('the choice of a compiler', () => {
  it('is the newest clang from 19 on', async () => {
    const { bin, options } = await tools()
    for (const major of [18, 20, 9, 101]) await fakeClang(bin, `clang-${major}`, major)
    await fakeClang(bin, 'gcc', 30)
    expect(await describeToolchain(options)).toMatchObject({
      cc: { path: join(bin, 'clang-101'), version: 'clang version 101.1.0' },
      family: 'clang',
      version: [101, 1, 0],
      preserveNone: true,
    })
  })

  it('asks a clang without a number in its name', async () => {
    const { bin, options } = await tools()
    await fakeClang(bin, 'clang', 21)
    await fakeClang(bin, 'gcc', 30)
    expect((await describeToolchain(options)).cc.path).toBe(join(bin, 'clang'))
    await fakeClang(bin, 'clang', 17)
    expect((await describeToolchain(options)).cc.path).toBe(join(bin, 'gcc'))
  })

  it('passes over compilers that do not work and caching wrappers', async () => {
    const { bin, options } = await tools()
    await script(join(bin, 'clang-22'), 'exit 1')
    await script(join(bin, 'ccache'), 'exit 0')
    await symlink(join(bin, 'ccache'), join(bin, 'clang-21'))
    await fakeClang(bin, 'cc', 16)
    expect(await describeToolchain(options)).toMatchObject({ cc: { path: join(bin, 'cc') }, preserveNone: false })
  })

  it('is the option before RVR_CC before all others', async () => {
    const { bin, options } = await tools()
    for (const name of ['clang-22', 'mine', 'yours']) await fakeClang(bin, name, 20)
    const environment = { PATH: bin, RVR_CC: 'mine' }
    expect((await describeToolchain({ ...options, environment })).cc.path).toBe(join(bin, 'mine'))
    expect((await describeToolchain({ ...options, environment, cc: join(bin, 'yours') })).cc.path).toBe(
      join(bin, 'yours'),
    )
  })

  it.each([
    ['no compiler', async () => {}, {}],
    [
      'a named compiler that does not exist',
      async (bin: string) => {
        await fakeClang(bin, 'clang-22', 22)
      },
      { cc: 'nothing-like-this' },
    ],
    [
      'a named compiler that does not work',
      async (bin: string) => {
        await fakeClang(bin, 'clang-22', 22)
        await script(join(bin, 'broken'), 'exit 3')
      },
      { cc: 'broken' },
    ],
    [
      'no make',
      async (bin: string) => {
        await fakeClang(bin, 'clang-22', 22)
        await rm(join(bin, 'make'))
      },
      {},
    ],
    [
      'another make',
      async (bin: string) => {
        await fakeClang(bin, 'clang-22', 22)
        await script(join(bin, 'make'), 'echo bmake')
      },
      {},
    ],
  ])('fails with a hint for %s', async (_, prepare, change) => {
    const { bin, options } = await tools()
    await prepare(bin)
    await expect(describeToolchain({ ...options, ...change })).rejects.toMatchObject({
      code: 'TOOLCHAIN_MISSING',
      hint: expect.any(String) as string,
    })
  })

  it('refuses a target CPU that could be more than a name', async () => {
    await expect(describeToolchain({ targetCpu: 'native; rm' })).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('the memo', () => {
  it('makes the second description start nothing', async () => {
    const { bin, options, starts } = await tools()
    await fakeClang(bin, 'clang-22', 22)
    const first = await describeToolchain(options)
    const before = await starts()
    expect(before).toBeGreaterThan(0)
    expect(await describeToolchain(options)).toEqual(first)
    expect(await starts()).toBe(before)
  })

  it('is void when the compiler or the target CPU changes', async () => {
    const { bin, options, starts } = await tools()
    await fakeClang(bin, 'clang-22', 22)
    const first = await describeToolchain(options)
    await fakeClang(bin, 'clang-22', 22, '# changed')
    const second = await describeToolchain(options)
    expect(second.cc.digest).not.toBe(first.cc.digest)
    const before = await starts()
    await describeToolchain({ ...options, targetCpu: 'x86-64-v3' })
    expect(await starts()).toBeGreaterThan(before)
  })

  it.each(['', '{', 'null', '{"schema":1,"question":[],"files":[]}'])(
    'is ignored when it is garbage (%s)',
    async text => {
      const { bin, options, starts } = await tools()
      await fakeClang(bin, 'clang-22', 22)
      const first = await describeToolchain(options)
      for (const name of await readdir(options.memoDirectory!))
        await writeFile(join(options.memoDirectory!, name), text)
      const before = await starts()
      expect(await describeToolchain(options)).toEqual(first)
      expect(await starts()).toBeGreaterThan(before)
    },
  )

  it('is ignored when it holds something else', async () => {
    const { bin, options } = await tools()
    await fakeClang(bin, 'clang-22', 22)
    const first = await describeToolchain(options)
    for (const name of await readdir(options.memoDirectory!)) {
      const memo = JSON.parse(await readFile(join(options.memoDirectory!, name), 'utf8')) as object
      await writeFile(join(options.memoDirectory!, name), JSON.stringify({ ...memo, answer: { cc: 1 } }))
    }
    expect(await describeToolchain(options)).toEqual(first)
  })

  it('takes the environment from today', async () => {
    const { bin, options } = await tools()
    await fakeClang(bin, 'clang-22', 22)
    await describeToolchain(options)
    const later = await describeToolchain({ ...options, environment: { PATH: bin, SOURCE_DATE_EPOCH: '7' } })
    expect(later.environment).toEqual({ LANG: 'C', LC_ALL: 'C', TZ: 'UTC', SOURCE_DATE_EPOCH: '7' })
  })
})

describe('a compiler that does not tell its target', () => {
  it('can be used but not cached, with a warning, and is asked again', async () => {
    const { bin, options, starts } = await tools()
    await fakeClang(bin, 'clang-22', 22, 'case "$*" in *-march=*|*-mcpu=*) exit 1 ;; esac')
    const { sink, warnings } = recorder()
    expect((await describeToolchain({ ...options, events: sink })).targetFacts).toBeUndefined()
    expect(warnings()).toHaveLength(1)
    const before = await starts()
    await describeToolchain(options)
    expect(await starts()).toBeGreaterThan(before)
  })
})

it('describes this host', async () => {
  const toolchain = await describeToolchain()
  expect(toolchain.targetFacts!.macros).toContain('#define __STDC__ 1')
  expect(toolchain.make.version).toMatch(/^GNU Make/)
  expect([toolchain.cc, toolchain.ld, toolchain.make].every(tool => /^[0-9a-f]{64}$/.test(tool.digest))).toBe(true)
  expect(await describeToolchain({ environment: { ...process.env, LANG: 'de_DE.UTF-8', CFLAGS: '-O0' } })).toEqual(
    toolchain,
  )
})
