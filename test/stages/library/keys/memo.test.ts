/** What is remembered of a toolchain holds as long as every file of it is the same: path, size, time and inode, and links lead where they led. */
import { copyFile, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { askingIn } from '../../../../src/toolchain/capture.ts'
import {
  buildId,
  codeLibraries,
  decidingLibraries,
  describeLibrary,
} from '../../../../src/toolchain/shared-libraries.ts'
import { describeToolchain, type Toolchain } from '../../../../src/toolchain/toolchain.ts'
import { script } from '../../../toolchain/fake-tools.ts'
import { temporaryDirectory } from '../../../store/sample.ts'
import { compilers } from './surroundings.ts'
import { fakeTools, type Tools } from './tools.ts'

interface Place extends Tools {
  describe(): Promise<Toolchain>
  /** How often the compiler was started. */
  starts(): Promise<number>
}

async function place(): Promise<Place> {
  const tools = await fakeTools(await temporaryDirectory())
  return {
    ...tools,
    describe: () => describeToolchain({ environment: { PATH: tools.bin }, memoDirectory: join(tools.bin, 'memo') }),
    starts: async () => (await readFile(join(tools.bin, 'starts'), 'utf8')).split('\n').length - 1,
  }
}

/** Describes, changes something, describes again: the compiler is asked again. */
async function expectAsked(
  { describe: ask, starts }: Place,
  change: () => Promise<unknown>,
): Promise<[before: Toolchain, after: Toolchain]> {
  const before = await ask()
  expect(await ask()).toEqual(before)
  const asked = await starts()
  await change()
  const after = await ask()
  expect(await starts()).toBeGreaterThan(asked)
  const askedAgain = await starts()
  expect(await ask()).toEqual(after)
  expect(await starts()).toBe(askedAgain)
  return [before, after]
}

describe.each(['cc', 'ld', 'make'] as const)('the memo, when of %s changes', tool => {
  it('the time alone', async () => {
    const at = await place()
    const [before, after] = await expectAsked(at, () => utimes(at[tool], 1, 1))
    expect(after).toEqual(before)
  })

  it('the size and the contents, with the time set back', async () => {
    const at = await place()
    const { atime, mtime } = await stat(at[tool])
    const [before, after] = await expectAsked(at, async () => {
      await writeFile(at[tool], '\n# longer\n', { flag: 'a' })
      await utimes(at[tool], atime, mtime)
    })
    expect(after[tool].digest).not.toBe(before[tool].digest)
    expect(after[tool].version).toBe(before[tool].version)
  })

  it('the file, with the same size and time', async () => {
    const at = await place()
    const other = join(at.bin, 'other')
    await utimes(at[tool], 7, 7)
    const [before, after] = await expectAsked(at, async () => {
      await copyFile(at[tool], other)
      await writeFile(other, (await readFile(other, 'utf8')).replace('# ', '#\t'))
      await utimes(other, 7, 7)
      expect((await stat(other)).size).toBe((await stat(at[tool])).size)
      await rename(other, at[tool])
    })
    expect(after[tool].digest).not.toBe(before[tool].digest)
  })

  it('the link that leads to it, while both files stay as they are', async () => {
    const at = await place()
    for (const name of ['one', 'two']) {
      await copyFile(at[tool], join(at.bin, `${name}-program`))
      await writeFile(join(at.bin, `${name}-program`), `\n# ${name}\n`, { flag: 'a' })
    }
    const lead = async (name: string): Promise<void> => {
      await rm(at[tool])
      await symlink(join(at.bin, `${name}-program`), at[tool])
    }
    await lead('one')
    const [before, after] = await expectAsked(at, () => lead('two'))
    expect(after[tool].digest).not.toBe(before[tool].digest)
    expect(after[tool].realPath).toBe(join(at.bin, 'two-program'))
  })
})

it('the memo is not used when a linker appears in front of the one that was found', async () => {
  const at = await place()
  const elsewhere = join(at.bin, 'elsewhere/ld')
  await script(elsewhere, 'echo "GNU ld 2.40"')
  await rm(at.ld)
  // This compiler takes what it finds, as gcc does.
  const found = `if test -e "${at.ld}"; then echo "${at.ld}"; else echo "${elsewhere}"; fi`
  await writeFile(at.cc, (await readFile(at.cc, 'utf8')).replace(`echo ${at.ld};`, `${found};`))
  const [before, after] = await expectAsked(at, () => at.write('ld'))
  expect([before.ld.path, after.ld.path]).toEqual([elsewhere, at.ld])
})

it('nothing is remembered for long when a tool is replaced while it is asked', async () => {
  const at = await place()
  // The compiler's question for its linker ends with another linker in place.
  const racing = `cp "${at.ld}" "${at.ld}.new"; echo "# replaced" >> "${at.ld}.new"; test -e "${at.bin}/once" || { : > "${at.bin}/once"; mv "${at.ld}.new" "${at.ld}"; }`
  await script(at.ld, `${racing}\necho "GNU ld 2.40"`)
  await rm(join(at.bin, 'once'), { force: true })
  await at.describe()
  const asked = await at.starts()
  const { digest } = (await at.describe()).ld
  expect(await at.starts()).toBeGreaterThan(asked)
  expect(digest).toBe((await describeToolchain({ environment: { PATH: at.bin } })).ld.digest)
})

describe('libraries that hold a compiler', () => {
  it('are told from those of the system', () => {
    const listing =
      '\tlinux-vdso.so.1 (0x00007fff)\n\tlibLLVM.so.22.1 => /opt/l/libLLVM.so.22.1 (0x00007f01)\n\tlibc.so.6 => /lib/libc.so.6 (0x00007f02)\n\tlibbfd-2.40.so => /lib/libbfd-2.40.so (0x00007f03)\n\tlibclang-cpp.so => not found\n'
    expect(decidingLibraries(listing)).toEqual(['/opt/l/libLLVM.so.22.1', '/lib/libbfd-2.40.so'])
  })

  it('count by their build ID, and by their contents when they have none', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'libLLVM.so')
    const head = Buffer.alloc(200)
    head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1])
    head.writeBigUInt64LE(64n, 32)
    head.writeUInt16LE(56, 54)
    head.writeUInt16LE(1, 56)
    head.writeUInt32LE(4, 64)
    head.writeBigUInt64LE(128n, 72)
    head.writeBigUInt64LE(36n, 96)
    head.writeUInt32LE(4, 128)
    head.writeUInt32LE(20, 132)
    head.writeUInt32LE(3, 136)
    head.write('GNU\0', 140)
    head.fill(0xab, 144, 164)
    expect(buildId(head)).toEqual(Buffer.alloc(20, 0xab))
    const digests = []
    for (const change of [
      () => {},
      () => head.fill(0xcd, 144, 164),
      () => head.writeUInt32LE(4, 136),
      () => head.fill(1, 180),
    ]) {
      change()
      await writeFile(file, head)
      digests.push((await describeLibrary(file)).digest)
    }
    expect(new Set(digests).size).toBe(4)
    for (const length of [0, 40, 70, 140, 150]) expect(buildId(head.subarray(0, length))).toBeUndefined()
  })

  it.runIf(compilers.includes('clang-22') && process.platform === 'linux')(
    'are parts of the toolchain and of the memo',
    async () => {
      const { programs, cc } = await describeToolchain({ cc: 'clang-22' })
      const libraries = await codeLibraries([cc.path], askingIn({}))
      expect(programs.map(({ path }) => path)).toEqual(expect.arrayContaining(libraries))
    },
  )
})
