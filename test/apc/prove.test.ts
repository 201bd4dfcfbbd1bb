/** `rvr apc prove --mock` says by its exit status whether a verifier would accept the tables. */
import { expect, test, vi } from 'vitest'
import { P } from '../../src/air/field.ts'
import { buildProgram } from '../../src/cli/program.ts'
import type { Shell } from '../../src/cli/shell.ts'
import { FilledTrace } from '../../src/sdk/traces/filled-trace.ts'
import { errorOf, fixture } from '../run/support.ts'

/** In this process, where tables can be changed before they are checked. */
async function prove(...args: readonly string[]) {
  let [stdout, status] = ['', -1]
  const shell = {
    stdout: { write: (part: string) => ((stdout += part), true) },
    stderr: { write: () => true },
    signal: new AbortController().signal,
    finish: (value: number) => void (status = value),
  } as unknown as Shell
  const chosen = ['--autoprecompiles', '1', '--pgo', 'none', '--input', 'u64:3', '--no-cache', '--tier', 'interp']
  const all = ['apc', 'prove', fixture('fibonacci', 64), ...chosen, ...args]
  await (await buildProgram(shell)).parseAsync(all, { from: 'user' })
  return { status, stdout }
}

test('0 where all checks pass, 1 where a cell of a block is wrong', async () => {
  const honest = await prove('--mock', '--json')
  expect([honest.status, JSON.parse(honest.stdout).passed]).toEqual([0, true])

  const { check } = FilledTrace.prototype
  using _changed = vi.spyOn(FilledTrace.prototype, 'check').mockImplementation(function (this: FilledTrace, options) {
    const { name } = this.chips.find(each => each.name.startsWith('apc_'))!
    const { cells } = this.matrix(name)
    cells[0] = (cells[0]! + 1) % P
    return check.call(this, options)
  })
  const wrong = await prove('--mock', '--json')
  expect([wrong.status, JSON.parse(wrong.stdout).passed]).toEqual([1, false])
})

test('there are no proofs without --mock', async () => {
  expect(await errorOf(prove())).toMatchObject({ code: 'USAGE' })
})
