/** `rvr prove` as a process: Ctrl-C at any moment leaves whole files alone. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { readArchive } from '../../src/archive/read.ts'
import { isExhaustive } from '../support/exhaustive.ts'
import { fixture, place, start } from './e2e-support.ts'

const at = place()
const cache = inject('sharedCache')
const to = (name: string): string => join(at.directory, name)
const few = ['--input', 'u64:100', '--max-trace-height', '1024', '--set', 'test', '--tier', 'interp']

/** test/sdk/proofs/prove.test.ts has one in its own process. */
test.skipIf(!isExhaustive).each(['segment 0, fill', 'segment 0, commit main', 'segment 0 proved'])(
  'Ctrl-C at %s',
  async moment => {
    const directory = to(moment.replaceAll(/\W+/g, '-'))
    const running = start(at, ['prove', fixture('fibonacci'), ...few, '-v', '-o', directory], { cache })
    await running.said(moment)
    running.process.kill('SIGINT')
    expect(await running.result).toMatchObject({ status: 130, stderr: expect.stringMatching(/^rvr: error: .+/m) })
    const names = existsSync(directory) ? readdirSync(directory) : []
    expect(names).toEqual(names.filter(name => name === '0.proof' && moment === 'segment 0 proved'))
    for (const name of names) expect(await readArchive(join(directory, name))).toMatchObject({ content: 'proof' })
  },
)
