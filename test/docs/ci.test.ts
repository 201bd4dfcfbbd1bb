/** The workflow of docs/ci.md: its shell, step by step, in a repository with two builds of a guest. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blocksOf, root } from './blocks.ts'
import { place } from './place.ts'

/** The text behind `name` and a colon, wherever it stands. */
const fieldOf = (text: string, name: string): string | undefined =>
  new RegExp(`^ +${name}: ([^#\\n]+?) *(?:#.*)?$`, 'm').exec(text)?.[1]

interface Step {
  readonly name: string
  readonly script: string
}

/** Steps that run a shell: those with a name. */
function stepsOf(workflow: string): Step[] {
  return workflow
    .split(/^ {6}- /m)
    .slice(1)
    .filter(part => part.startsWith('name: '))
    .map(part => {
      const [, name = ''] = /^name: (.+)$/m.exec(part)!
      const [, block, line = ''] = /^ {8}run: (?:\|\n((?: {10}.*\n|\n)+)|(.+))/m.exec(part)!
      return { name, script: block?.replaceAll(/^ {10}/gm, '') ?? line }
    })
}

const workflow = blocksOf('docs/ci.md').find(({ language }) => language === 'yaml')!.text
const steps = stepsOf(workflow)

test('the workflow has the steps that are tried here', () => {
  expect(steps.map(({ name }) => name)).toEqual(['rvr', 'guests', 'profile difference', 'cost gate'])
})

/** A repository whose guest was one build and became the other. */
function repository(before: string, after: string) {
  const { directory, environment } = place()
  const at = join(directory, 'repository')
  mkdirSync(join(at, 'tests'), { recursive: true })
  const env: NodeJS.ProcessEnv = {
    ...environment,
    GITHUB_BASE_REF: 'main',
    GITHUB_STEP_SUMMARY: join(directory, 'summary.md'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    ...Object.fromEntries(
      ['GIT_AUTHOR', 'GIT_COMMITTER'].flatMap(who => [
        [`${who}_NAME`, 'A'],
        [`${who}_EMAIL`, 'a@example.org'],
      ]),
    ),
  }
  for (const name of ['BUILD', 'GUEST', 'INPUT', 'THRESHOLD']) env[name] = fieldOf(workflow, name)
  const shell = (script: string) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', script], { cwd: at, env, encoding: 'utf8' })
    return { status, text: `${stdout}${stderr}` }
  }
  const commit = (guest: string): void => {
    copyFileSync(join(root, 'cache-fixtures/guests/profile', guest), join(at, 'built.elf'))
    expect(shell(`git add . && git commit -qm '${guest}'`)).toEqual({ status: 0, text: '' })
  }
  writeFileSync(join(at, 'Makefile'), 'guest:\n\t@mkdir -p target && cp built.elf target/guest.elf\n')
  writeFileSync(join(at, 'tests/block.bin'), Uint8Array.of(0xe8, 3, 0, 0, 0, 0, 0, 0))
  expect(shell('git init -q -b main')).toMatchObject({ status: 0 })
  commit(before)
  expect(shell('git update-ref refs/remotes/origin/main HEAD && git checkout -qb change')).toMatchObject({ status: 0 })
  commit(after)
  const summary = (): string => readFileSync(env['GITHUB_STEP_SUMMARY']!, 'utf8')
  return { at, shell, summary }
}

/** rvr is there already. */
const tried = steps.filter(({ name }) => name !== 'rvr')

test('a guest that became cheaper: all steps pass, and the summary says why', () => {
  const { at, shell, summary } = repository('distinct.elf', 'distinct-constant.elf')
  for (const { name, script } of tried) {
    const { status, text } = shell(script)
    expect(status, `${name}: ${text}`).toBe(0)
  }
  expect(summary()).toContain(
    '**942,057 trace cells (−12.37%)**, 28,834 instructions (−9.42%), compared with `base.json`, of another build',
  )
  expect(summary()).toContain('| `slot_of` | 218,000 | 74,000 | −144,000 | −66.06% |')
  expect(summary()).toContain('**within the threshold of 1%**')
  for (const file of ['profile.html', 'profile.json']) expect(existsSync(join(at, file))).toBe(true)
})

test('a guest that became dearer: the gate fails, behind the difference', () => {
  const { shell, summary } = repository('distinct-constant.elf', 'distinct.elf')
  const statuses = tried.map(({ name, script }) => [name, shell(script).status])
  expect(statuses).toEqual([
    ['guests', 0],
    ['profile difference', 0],
    ['cost gate', 1],
  ])
  expect(summary()).toContain('| `slot_of` | 74,000 | 218,000 | +144,000 | +194.59% |')
  expect(summary()).toContain('**too dear: the cost grew by more than 1%**')
})
