/** Every piece of TypeScript in README and docs/ is accepted by the compiler and runs. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocksOf, pages, root, type Block } from './blocks.ts'
import { place } from './place.ts'

const blocks = pages.flatMap(blocksOf).filter(({ language, notRun }) => language === 'ts' && notRun === undefined)
/** In the repository, so that the compiler finds its types. */
const directory = join(root, 'build/docs-examples')
/** As far below the root, because pieces have paths in it. */
const runDirectory = join(root, 'build/docs-examples-run')
const fileOf = ({ page, line }: Block): string => join(directory, `${page.replaceAll(/\W/g, '-')}-${line}.ts`)

/** What pieces that are no whole programs take for granted; a piece's own names hide these. */
const NAMES = ['Rvr', 'RvrError', 'u32', 'u64', 'utf8', 'hex', 'openSavedRun', 'readArchive', 'type Run']
const GIVEN = `
await using rvr = await Rvr.create()
const guest = await rvr.load('guest.elf')
const inputs = [u64(1000n)], onPrint = () => {}
const artifact = guest.interpret('pure'), metered = guest.interpret('metered')
`

/** `library`: where `rvr` is. */
function programOf({ text, setup }: Block, library: string): string {
  const imports = text.match(/^import .+$/gm) ?? []
  const rest = text.replaceAll(/^import .+$/gm, '').replace(/^export default .+$/m, '')
  const own = imports.join('\n')
  const names = NAMES.filter(name => !new RegExp(`\\b${name.replace('type ', '')}\\b`).test(own))
  return (
    `import { ${names.join(', ')} } from 'rvr'\n${own}\n`.replaceAll(`'rvr'`, `'${library}'`) +
    `${GIVEN}{\n${setup}\n{\n${rest}\n}}\n`
  )
}

beforeAll(() => {
  for (const path of [directory, runDirectory]) mkdirSync(path, { recursive: true })
  for (const block of blocks) writeFileSync(fileOf(block), programOf(block, '../../src/index.ts'))
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { noEmit: true, noUnusedLocals: false },
      include: ['*.ts'],
    }),
  )
})
afterAll(() => {
  for (const path of [directory, runDirectory]) rmSync(path, { recursive: true, force: true })
})

test('the compiler accepts all of them', () => {
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', directory], { encoding: 'utf8' })
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
})

/** Runs programs one after the other, each in its directory: to read all of rvr takes longer than most of them do. */
const ALL = `
for (const [file, directory] of JSON.parse(process.argv[2])) {
  process.chdir(directory)
  await import(file).catch(error => console.error(file, error))
}
console.error('all have ended')
`

test('all of them run', () => {
  const { environment: env } = place()
  const programs = blocks.map(block => {
    const file = join(runDirectory, basename(fileOf(block)))
    // The bundle, which is read in a third of the time.
    writeFileSync(file, programOf(block, '../../dist/index.js'))
    return [file, place().directory]
  })
  const runner = join(runDirectory, 'all.mjs')
  writeFileSync(runner, ALL)
  const { status, stderr } = spawnSync(join(root, 'node_modules/.bin/node'), [runner, JSON.stringify(programs)], {
    env,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: 'all have ended\n' })
})
