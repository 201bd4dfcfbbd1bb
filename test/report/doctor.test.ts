/** `rvr doctor` says what is there where something is missing, and that something compiles only after it has compiled. */
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { examine } from '../../src/report/doctor.ts'
import { temporaryDirectory } from '../store/sample.ts'
import { fakeClang, fakeMake } from '../toolchain/fake-tools.ts'

let cacheDir: string, programs: string
beforeEach(async () => {
  cacheDir = await temporaryDirectory()
  programs = join(cacheDir, 'programs')
  await mkdir(programs)
  vi.stubEnv('RVR_CC', '')
  return () => vi.unstubAllEnvs()
})

test('a CPU that the compiler does not know is none that it can compile for', async () => {
  for (const targetCpu of ['potato', 'x86-64-v2'].slice(0, process.arch === 'x64' ? 2 : 1)) {
    const { canCompile, json, text } = await examine({ cacheDir, targetCpu, cc: 'gcc' })
    expect(canCompile).toBe(targetCpu !== 'potato')
    if (canCompile) continue
    expect(json).toMatchObject({
      canCompile,
      problems: expect.arrayContaining([
        {
          message: expect.stringMatching(/cannot compile for potato: .*potato/) as string,
          hint: expect.stringContaining('--target-cpu') as string,
        },
      ]) as object,
    })
    expect(text).toContain('rvr cannot compile guests here')
  }
})

test('without make the compiler is named all the same, and without a compiler make', async () => {
  vi.stubEnv('PATH', programs)
  const cc = await fakeClang(programs, 'clang-22', 22)
  const withoutMake = await examine({ cacheDir })
  expect(withoutMake.json).toMatchObject({ canCompile: false, found: { cc } })
  expect(withoutMake.text).toMatch(new RegExp(`^compiler +${cc}\nmake +none$`, 'm'))
  const others = join(programs, 'others')
  vi.stubEnv('PATH', others)
  await fakeMake(others)
  const withoutCompiler = await examine({ cacheDir })
  expect(withoutCompiler.json).toMatchObject({ canCompile: false, found: { make: join(others, 'make') } })
  expect(withoutCompiler.text).toMatch(/^compiler +none$/m)
})

test('a compiler that answers questions and does not compile', async () => {
  vi.stubEnv('PATH', programs)
  await fakeMake(programs)
  await fakeClang(
    programs,
    'clang-22',
    22,
    'case "$*" in *trial.c*) echo "trial.c:1:1: error: no such luck" >&2; exit 1 ;; esac',
  )
  await symlink('/bin/sh', join(programs, 'sh'))
  const { canCompile, json } = await examine({ cacheDir })
  expect(canCompile).toBe(false)
  expect(json).toMatchObject({
    problems: expect.arrayContaining([
      expect.objectContaining({ message: expect.stringContaining('no such luck') as string }),
    ]) as object,
  })
})
