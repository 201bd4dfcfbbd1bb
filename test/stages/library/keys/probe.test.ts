/** Without knowing the CPU there is no key: every way in which a compiler may fail to tell it. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeToolchain } from '../../../../src/toolchain/toolchain.ts'
import { fakeClang, fakeMake } from '../../../toolchain/fake-tools.ts'
import { recorder, temporaryDirectory } from '../../../store/sample.ts'

test.each([
  ['fails', 'exit 1'],
  ['prints nothing', 'exit 0'],
  ['prints something else', 'echo "#define OTHER 1"; exit 0'],
  ['prints macros and fails', 'echo "#define __STDC__ 1"; exit 3'],
  ['prints to the wrong place', 'echo "#define __STDC__ 1" >&2; exit 0'],
  ['is killed', 'kill -9 $$'],
])('a probe that %s', async (_, answers) => {
  const bin = await temporaryDirectory()
  const { sink, warnings } = recorder()
  await fakeMake(bin)
  await fakeClang(bin, 'clang-22', 22, `case "$*" in *-march=*|*-mcpu=*) ${answers} ;; esac`)
  const toolchain = await describeToolchain({
    environment: { PATH: bin },
    memoDirectory: join(bin, 'memo'),
    events: sink,
  })
  expect(toolchain.targetFacts).toBeUndefined()
  expect(warnings()).toEqual([expect.stringContaining('not cached')])
})
