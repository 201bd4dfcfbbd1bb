/** What the end-to-end tests share: child processes that use the SDK, scratch directories, and compilers that misbehave. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject, onTestFinished } from 'vitest'
import { describeToolchain } from '../../src/toolchain/toolchain.ts'
import type { Report, Task } from './child.ts'
import { PATIENCE_MS } from '../support/patience.ts'
import { bareEnvironment } from '../support/program.ts'

export type { Report, Task }

export const modeNames = ['pure', 'metered-cost'] as const
export const fixture = (name: string, xlen: 32 | 64 = 64): string =>
  new URL(`../../cache-fixtures/guests/elf/${name}.rv${xlen}.elf`, import.meta.url).pathname

/** A record of fibonacci, n = 90, and what the guest answers: 2880067194370816120, little-endian, in 64 bytes. */
export const input = '5a00000000000000'
export const answer = '7878baa1da0df827'.padEnd(128, '0')

/** A fresh directory that goes away with the test. */
export async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rvr-e2e-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

export interface ChildOptions {
  readonly cwd?: string
  /** Added to a nearly empty environment. */
  readonly environment?: Readonly<Record<string, string>>
  readonly uid?: number
}

export interface Child {
  readonly process: ChildProcess
  /** Resolves when the process enters a stage or counts a cache outcome of that name. */
  entered(stage: string): Promise<void>
  /** The report; rejects when the process ends without one. */
  readonly report: Promise<Report>
}

/** Starts a process that performs `task`. */
export function start(task: Task, { cwd, environment, uid }: ChildOptions = {}): Child {
  const child = spawn(process.execPath, [new URL('child.ts', import.meta.url).pathname, JSON.stringify(task)], {
    cwd: cwd ?? tmpdir(),
    env: {
      ...bareEnvironment(),
      ...(process.env['RVR_CC'] !== undefined && { RVR_CC: process.env['RVR_CC'] }),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const report = new Promise<Report>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) =>
      status === 0
        ? resolve(JSON.parse(stdout) as Report)
        : reject(new Error(`the process ended with ${status ?? signal}: ${stderr}`)),
    )
  })
  report.catch(() => {}) // a process that is meant to be killed has no report that anybody waits for
  return { process: child, report, entered: stage => until(`stage ${stage}`, () => stderr.split('\n').includes(stage)) }
}

export const perform = (task: Task, options?: ChildOptions): Promise<Report> => start(task, options).report

const quickCompiler = inject('quickCompiler')
/** The compiler of tests that ask what is compiled, not how well. */
export const quick: Readonly<Record<string, string>> = quickCompiler === '' ? {} : { RVR_CC: quickCompiler }

/** The task most tests perform. */
export const fibonacci = (mode: string, cacheDir: string | false, options: Task['options'] = {}): Task => ({
  guest: fixture('fibonacci'),
  mode,
  inputs: [input],
  options: { cacheDir, ...options },
})

/** Waits for a condition; fails after `ms`. */
export async function until(what: string, condition: () => boolean, ms = PATIENCE_MS): Promise<void> {
  for (const begin = performance.now(); !condition(); await sleep(10)) {
    if (performance.now() - begin > ms) throw new Error(`${what}: not within ${ms} ms`)
  }
}

/**
 * A compiler that answers questions as the real one does and, when it has to compile, first runs `script`. Its file
 * name tells nothing, so it counts as a compiler of its own.
 */
export async function compilerThat(script: string, directory: string): Promise<string> {
  const { cc } = await describeToolchain()
  await mkdir(directory, { recursive: true })
  const file = join(directory, 'special-cc')
  await writeFile(
    file,
    `#!/bin/sh\nfor word in "$@"; do case "$word" in -c|-S)\n${script}\n;; esac; done\nexec ${cc.path} "$@"\n`,
    { mode: 0o755 },
  )
  return file
}

/** Is there such a process, zombies not counted? */
export function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return false
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(file, 'latin1'))
  } catch {
    return false
  }
}

/** Process ids that a compiler of `compilerThat` has noted in a file. */
export function notedPids(file: string): number[] {
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(Number)
    : []
}

/** Every file of an open cache that `matches`, as absolute paths. */
export async function filesIn(directory: string, matches: RegExp): Promise<string[]> {
  const names = await readdir(directory, { recursive: true })
  return names.filter(name => matches.test(name)).map(name => join(directory, name))
}
