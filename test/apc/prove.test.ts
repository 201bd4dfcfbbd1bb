/** `rvr apc prove` makes proofs that verify; with --mock its exit status says whether a verifier would accept the tables. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, test, vi } from 'vitest'
import { P } from '../../src/air/field.ts'
import { buildProgram } from '../../src/cli/program.ts'
import type { Shell } from '../../src/cli/shell.ts'
import { Rvr, VerifyingKey } from '../../src/index.ts'
import { FilledTrace } from '../../src/sdk/traces/filled-trace.ts'
import { errorOf, fixture } from '../run/support.ts'
import { isExhaustive } from '../support/exhaustive.ts'

/** In this process, where tables can be changed before they are checked. */
async function prove(...args: readonly string[]) {
  let [stdout, status] = ['', -1]
  const shell = {
    stdout: { write: (part: string) => ((stdout += part), true) },
    stderr: { write: () => true },
    signal: new AbortController().signal,
    finish: (value: number) => void (status = value),
  } as unknown as Shell
  const chosen = ['--autoprecompiles', '1', '--pgo', 'none', '--input', 'u64:3', '--tier', 'interp']
  chosen.push('--cache-dir', inject('sharedCache'))
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

test.skipIf(!isExhaustive)(
  'proofs are about the machine with autoprecompiles, and verify with its key alone',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rvr-apc-proofs-'))
    const { status, stdout } = await prove('-o', directory, '--set', 'test', '--json')
    expect(status).toBe(0)
    const { keyFile, proofs } = JSON.parse(stdout)
    await using rvr = await Rvr.create({ cacheDir: inject('sharedCache') })
    const key = await VerifyingKey.read(keyFile)
    const files = proofs.map(({ file }: { file: string }) => file)
    expect(await rvr.verifyProofs(files, { key })).toMatchObject({ segments: 1, exitCode: 0 })
    const plain = await (await rvr.load(fixture('fibonacci', 64))).verifyingKey({ set: 'test' })
    expect(await errorOf(rvr.verifyProofs(files, { key: plain }))).toMatchObject({ code: 'PROOF_INVALID' })
    rmSync(directory, { recursive: true })
  },
)

test('either proofs are made or tables are checked', async () => {
  expect(await errorOf(prove())).toMatchObject({ code: 'USAGE' })
  expect(await errorOf(prove('--mock', '-o', 'proofs'))).toMatchObject({ code: 'USAGE' })
})
