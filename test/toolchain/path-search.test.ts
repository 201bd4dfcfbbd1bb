/** Compilers are found where they are now, whatever was there before. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findClangs } from '../../src/toolchain/path-search.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rvr-path-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true })
})

function install(name: string): void {
  writeFileSync(join(directory, name), '#!/bin/sh\n')
  chmodSync(join(directory, name), 0o755)
}

const found = (): (number | undefined)[] => findClangs(directory).map(({ major }) => major)

test.each([
  ['has just changed', 0],
  ['has not changed for long', 3_600_000],
])('a clang that comes or goes is noticed in a directory that %s', async (_name, laterMs) => {
  const later = (): void =>
    void vi.spyOn(Date, 'now').mockReturnValue(performance.timeOrigin + performance.now() + laterMs)
  install('clang-20')
  install('clang-format')
  later()
  expect(found()).toEqual([20])
  expect(found()).toEqual([20])
  await sleep(20)
  install('clang-21')
  expect(found()).toEqual([21, 20])
  await sleep(20)
  rmSync(join(directory, 'clang-20'))
  expect(found()).toEqual([21])
  await sleep(20)
  rmSync(join(directory, 'clang-21'))
  expect(found()).toEqual([])
})

test('a file that may not be executed any more is no compiler, though its directory is as it was', () => {
  install('clang-20')
  vi.spyOn(Date, 'now').mockReturnValue(performance.timeOrigin + performance.now() + 3_600_000)
  expect(found()).toEqual([20])
  chmodSync(join(directory, 'clang-20'), 0o644)
  expect(found()).toEqual([])
})
