/** The lint rule against spread arguments finds them, and lets what has a bound be. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = new URL('../..', import.meta.url).pathname

/** Numbers of the lines that the project's configuration objects to. */
function linesOf(source: string): number[] {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-lint-'))
  try {
    mkdirSync(join(directory, 'src'))
    writeFileSync(join(directory, 'src/sample.ts'), source)
    writeFileSync(
      join(directory, '.oxlintrc.json'),
      readFileSync(join(root, '.oxlintrc.json'), 'utf8').replace('./test', `${root}test`),
    )
    const run = (): string => {
      try {
        return execFileSync(
          process.execPath,
          [join(root, 'node_modules/oxlint/bin/oxlint'), '--format', 'unix', 'src'],
          { cwd: directory, encoding: 'utf8' },
        )
      } catch (error) {
        return (error as { stdout: string }).stdout
      }
    }
    return [...run().matchAll(/sample\.ts:(\d+):.*no-spread-arguments/g)].map(match => Number(match[1]))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

test('spread arguments, apply and their like are found', () => {
  expect(
    linesOf(
      [
        'export const all = (to: number[], from: readonly number[]): number => to.push(...from)',
        'export const most = (of: readonly number[]): number => Math.max(0, ...of.map(Math.abs))',
        'export const made = (of: readonly number[]): Uint8Array => Uint8Array.of(...of)',
        'export const applied = (of: number[]): string => String.fromCharCode.apply(null, of)',
        'export const forward = (...of: number[]): number => Math.max(...of)',
        'export const list = (of: readonly number[]): number[] => [...of]',
        'export const named = (of: [number, number]): number => Math.max(...of) // oxlint-disable-line rvr/no-spread-arguments -- two',
      ].join('\n'),
    ),
  ).toEqual([1, 2, 3, 4])
})
