/** Runs the command line as a process of its own. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { main } from '../support/program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Node 24, which runs TypeScript files as they are. */
const node = join(root, 'node_modules/.bin/node')

export interface CliResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A directory that is removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rvr-cli-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Runs `rvr` with arguments; the caller's RVR_ variables do not reach it. */
export function rvr(args: readonly string[], environment: NodeJS.ProcessEnv = {}): CliResult {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('RVR_') && name !== 'NODE_OPTIONS'),
  )
  const { status, stdout, stderr } = spawnSync(node, [main, ...args], {
    encoding: 'utf8',
    cwd: root,
    env: { ...inherited, NO_COLOR: '1', ...environment },
  })
  return { status, stdout, stderr }
}
