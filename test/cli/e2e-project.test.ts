/** rvr.toml of a working directory: it saves options, and nothing in it that was not named may choose whose code runs. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answer, fixture, place } from './e2e-support.ts'
import { main } from '../support/program.ts'

test('the file of the working directory counts, but not for whose code runs', () => {
  const { directory } = place()
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('RVR_') && name !== 'NODE_OPTIONS'),
  )
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [main, 'run', fixture('fibonacci'), '--input', 'u64:90', '--json', ...args], {
      cwd: directory,
      encoding: 'utf8',
      env: environment,
    })
  writeFileSync(
    join(directory, 'rvr.toml'),
    'tier = "interp"\ncache = false\nquiet = true\n[run]\nmode = "metered-cost"\n',
  )
  const first = run()
  expect(first).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(first.stdout)).toMatchObject({
    engine: 'interp',
    mode: 'metered-cost',
    publicValues: answer,
    cache: { outcome: 'off' },
  })
  writeFileSync(join(directory, 'rvr.toml'), 'cc = "./evil"\ntier = "interp"\ncache = false\n')
  expect(run()).toMatchObject({ status: 2, stderr: expect.stringMatching(/cc decides whose code runs[^]*--project/) })
  expect(run('--project', 'rvr.toml')).toMatchObject({ status: 0 })
})
