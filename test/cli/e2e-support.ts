/** What the end-to-end tests of the command line share: a place of their own, the process, and what every failure has to look like. */
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, inject } from 'vitest'
import { PATIENCE_MS } from '../support/patience.ts'
import { main } from '../support/program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const fixture = (name: string): string => join(root, `cache-fixtures/guests/elf/${name}.rv64.elf`)
/** Public values of fibonacci for n = 90. */
export const answer = '7878baa1da0df827'.padEnd(128, '0')

export interface Place {
  readonly directory: string
  readonly cache: string
  /** TMPDIR of the processes: nothing may stay in it. */
  readonly temporary: string
}

const base = mkdtempSync(join(tmpdir(), 'rvr-cli-e2e-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

/** A fresh place; it goes away with the last test of the file. */
export function place(): Place {
  const directory = mkdtempSync(join(base, 'place-'))
  const temporary = join(directory, 'tmp')
  mkdirSync(temporary)
  return { directory, cache: join(directory, 'cache'), temporary }
}

export interface Result {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  /** Resolves when standard error holds the text. */
  said(text: string): Promise<void>
  readonly result: Promise<Result>
}

export interface Options {
  readonly cache?: string
  readonly environment?: NodeJS.ProcessEnv
  /** Something stays in TMPDIR, and the test says what. */
  readonly leavesFiles?: boolean
  /** What comes on standard input; default: nothing. */
  readonly input?: Uint8Array
}

/**
 * Compiles in a third of the time, as nothing is optimised: each cache of its own gets native interpreters, and those
 * take gcc five seconds.
 */
export const quickCompiler = inject('quickCompiler') || 'gcc'

/** Starts `rvr`. Of the caller's RVR_ variables none gets through; the compiler is the quick one. */
export function start(
  at: Place,
  args: readonly string[],
  { cache, environment = {}, leavesFiles = false, input }: Options = {},
): Running {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('RVR_') && name !== 'NODE_OPTIONS'),
  )
  const child = spawn(process.execPath, [main, ...args], {
    cwd: root,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
    env: {
      ...inherited,
      NO_COLOR: '1',
      TMPDIR: at.temporary,
      RVR_CC: quickCompiler,
      RVR_CACHE_DIR: cache ?? at.cache,
      ...environment,
    },
  })
  child.stdin?.on('error', () => {}).end(input)
  let stdout = ''
  let stderr = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const result = new Promise<Result>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => resolve({ status, stdout, stderr }))
  }).then(ended => {
    // No stack trace, and no file left behind.
    expect(ended.stderr).not.toMatch(/^\s+at .+[:(]/m)
    if (!leavesFiles) expect(readdirSync(at.temporary)).toEqual([])
    return ended
  })
  result.catch(() => {}) // the test awaits it when its time has come
  return {
    process: child,
    result,
    said: text => until(`"${text}" in ${JSON.stringify(stderr)}`, () => stderr.includes(text)),
  }
}

export const cli = (at: Place, args: readonly string[], options?: Options): Promise<Result> =>
  start(at, args, options).result

/** The one JSON object on standard output. */
export function jsonOf({ stdout }: Result): any {
  expect(stdout).toMatch(/^\{.*\}\n$/)
  return JSON.parse(stdout)
}

/** What and where in one sentence, then the next step; nothing else on standard error but progress and warnings. */
export function expectFailure(result: Result, status: number, ...parts: readonly (string | RegExp)[]): void {
  const error = /^rvr: error: .+\n {2}hint: .+\n$/m.exec(result.stderr)?.[0]
  expect({ status: result.status, error }, result.stderr).toEqual({ status, error: expect.any(String) })
  for (const part of parts) expect(error).toMatch(part)
}

/** Standard error without progress, which a busy machine may bring about. */
export const messagesOf = ({ stderr }: Pick<Result, 'stderr'>): string =>
  stderr.replaceAll(/^rvr: [a-z][^:\n]*\n/gm, '')

/** The status, and no word about trouble. */
export function expectEnd(result: Result, status: number): void {
  expect({ status: result.status, messages: messagesOf(result) }).toEqual({ status, messages: '' })
}

export const warningsOf = ({ stderr }: Result): string[] =>
  stderr.split('\n').filter(line => line.startsWith('rvr: warning: '))

/** Waits for a condition. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  for (const begin = performance.now(); !condition(); await sleep(10)) {
    if (performance.now() - begin > PATIENCE_MS) throw new Error(`not in time: ${what}`)
  }
}

/** A compiler that answers questions as gcc does and runs `script` when it has to compile a unit. */
export function compilerThat(script: string, at: Place): string {
  const file = join(at.directory, 'special-cc')
  writeFileSync(
    file,
    `#!/bin/sh\nfor word in "$@"; do case "$word" in -c|-S)\n${script}\n;; esac; done\nexec gcc "$@"\n`,
  )
  chmodSync(file, 0o755)
  return file
}

/** The libraries in a cache, as absolute paths. */
export function librariesIn(cache: string): string[] {
  if (!existsSync(cache)) return []
  return readdirSync(cache, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.so'))
    .map(name => join(cache, name))
}
