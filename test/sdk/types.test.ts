/** The declarations that are shipped, as a strict project sees them that has no types of Node. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(root, 'node_modules/.bin/tsc')
const directory = mkdtempSync(join(tmpdir(), 'rvr-types-'))
const rvr = join(directory, 'node_modules/rvr')
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const program = `import { Rvr, u64, type Extension, type ModeName, type Run, type RvrEvent } from 'rvr'
await using rvr = await Rvr.create({ onEvent: (event: RvrEvent) => { void event } })
const guest = await rvr.load(new Uint8Array(), { abi: 'linux' })
const artifact = await guest.compile('pure')
const mode: ModeName = artifact.mode
using run: Run = await artifact.execute({ inputs: [u64(5n)], onPrint: async (stream, bytes) => { stream satisfies 'stdout' | 'stderr'; bytes satisfies Uint8Array } })
await guest.compile(run.mode)
export const extension: Extension = { name: 'x', rows: [] }
export { mode }
`
const wrong = `import { Rvr } from 'rvr'
const rvr = await Rvr.create()
const guest = await rvr.load('x')
await guest.compile('pur')
guest.interpret('Pure')
await (await guest.tiered('pure')).execute({ inputs: ['x'] })
await (await guest.tiered('pure')).execute({ maxInstruction: 5 })
`

test('they are whole, and say which modes and options there are', () => {
  // They are checked as part of the program below, and the sources by `make check`.
  const options = ['-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--noCheck', '--outDir', join(rvr, 'dist')]
  execFileSync(tsc, options, { cwd: root })
  mkdirSync(join(rvr, 'node_modules'))
  symlinkSync(join(root, 'node_modules/valibot'), join(rvr, 'node_modules/valibot'))
  writeFileSync(
    join(rvr, 'package.json'),
    JSON.stringify({ name: 'rvr', type: 'module', exports: { types: './dist/index.d.ts' } }),
  )
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', types: [], noEmit: true },
      include: ['*.ts'],
    }),
  )
  writeFileSync(join(directory, 'program.ts'), program)
  writeFileSync(join(directory, 'wrong.ts'), wrong)
  const { stdout } = spawnSync(tsc, ['-p', '.'], { cwd: directory, encoding: 'utf8' })
  const places = [...stdout.matchAll(/^(\S.*?)\((\d+),\d+\): error/gm)].map(([, file, line]) => `${file}:${line}`)
  expect(places, stdout).toEqual(['wrong.ts:4', 'wrong.ts:5', 'wrong.ts:6', 'wrong.ts:7'])
})
