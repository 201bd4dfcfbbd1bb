/** The package as npm packs it, unpacked beside its dependencies: the command runs, and programs import it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const node = join(root, 'node_modules/.bin/node')
const project = mkdtempSync(join(tmpdir(), 'rvr-package-'))
const home = join(project, 'node_modules/rvr')

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>
}

beforeAll(() => {
  const options = { cwd: root, encoding: 'utf8' } as const
  if (!existsSync(join(root, 'dist'))) execFileSync('npm', ['run', '--silent', 'build'], options)
  const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', project], options)
  mkdirSync(home, { recursive: true })
  execFileSync('tar', ['-xzf', join(project, packed.trim()), '--strip-components=1', '-C', home])
  // Only what the package says it needs, with what that needs in turn: nothing of the tools that rvr is developed with.
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  for (const [path, { dev, optional }] of Object.entries(packages)) {
    if (path === '' || dev === true || path.lastIndexOf('node_modules/') > 0) continue
    if (optional === true && !existsSync(join(root, path))) continue
    mkdirSync(dirname(join(project, path)), { recursive: true })
    symlinkSync(join(root, path), join(project, path))
  }
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

const guest = join(root, 'cache-fixtures/guests/elf/fibonacci.rv64.elf')

test('its command compiles and runs a guest', () => {
  const args = ['run', guest, '--input', 'u64:90', '--tier', 'native', '--no-cache', '--json', '-q']
  const { status, stdout, stderr } = spawnSync(node, [join(home, 'dist/cli/main.js'), ...args], {
    cwd: project,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'terminated', engine: 'native', instret: 474 })
})

test('a program imports it by its name', () => {
  writeFileSync(
    join(project, 'program.mjs'),
    `
    import { Rvr, u64 } from 'rvr'
    await using rvr = await Rvr.create({ cacheDir: false })
    using run = await (await rvr.load(${JSON.stringify(guest)})).interpret('metered-cost').execute({ inputs: [u64(90n)] })
    console.log(run.outcome, run.instret, run.cost)`,
  )
  const { stdout, stderr } = spawnSync(node, ['program.mjs'], { cwd: project, encoding: 'utf8' })
  expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(/^terminated 474n \d+n\n$/), stderr: '' })
})

test('a Node that is too old is told in one line what to do', () => {
  const main = join(home, 'dist/cli/main.js')
  const old = `Object.defineProperty(process.versions, 'node', { value: '20.11.0' }); await import(${JSON.stringify(main)})`
  const { status, stderr } = spawnSync(node, ['--input-type=module', '-e', old], { cwd: project, encoding: 'utf8' })
  expect(status).toBe(2)
  expect(stderr).toMatch(/^rvr: error: rvr needs Node\.js 22\.3 or newer, this is v[\d.]+: .*make install.*\n$/)
})
