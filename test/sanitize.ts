/**
 * Traces with C that watches itself: all that a test compiles gets AddressSanitizer and UndefinedBehaviorSanitizer of
 * clang, and node starts with their library, so that the typed arrays that C is handed have fences, too.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newestClang } from './bench/processes.ts'

/** All that calls a trace engine: honest and damaged recordings, archives of them, random programs, checks. */
const TESTS = [
  'test/trace/native',
  'test/trace/system',
  'test/trace/check/native',
  'test/trace/recording',
  'test/trace/fuzz',
]

/** What was found ends the process; Node's own memory at the end of a process is not lost. */
const ASAN_OPTIONS = 'detect_leaks=0:abort_on_error=1'
const UBSAN_OPTIONS = 'print_stacktrace=1'

function runtimeOf(clang: string): string | undefined {
  const name = `libclang_rt.asan-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so`
  const path = execFileSync(clang, [`--print-file-name=${name}`], { encoding: 'utf8' }).trim()
  return existsSync(path) ? path : undefined
}

/** Nothing is optimised: that would take longer than it saves. The compiler is not watched itself. */
const compilerText = (clang: string): string => `#!/bin/sh
unset LD_PRELOAD
exec ${clang} "$@" -O0 -g -fsanitize=address,undefined -fno-sanitize-recover=all -shared-libsan
`

function run(tests: readonly string[]): number {
  const clang = newestClang()
  const runtime = clang === undefined ? undefined : runtimeOf(clang)
  if (clang === undefined || runtime === undefined) {
    console.error('make sanitize needs clang and its sanitizers (Debian: clang-22, libclang-rt-22-dev)')
    return 1
  }
  const directory = mkdtempSync(join(tmpdir(), 'rvr-sanitize-'))
  const compiler = join(directory, 'cc')
  writeFileSync(compiler, compilerText(clang), { mode: 0o755 })
  const vitest = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname
  const config = new URL('vitest.config.ts', import.meta.url).pathname
  const environment = { RVR_SANITIZING_CC: compiler, LD_PRELOAD: runtime, ASAN_OPTIONS, UBSAN_OPTIONS }
  try {
    const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...tests], {
      env: { ...process.env, ...environment },
      stdio: 'inherit',
    })
    return status ?? 1
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const given = process.argv.slice(2)
process.exitCode = run(given.length === 0 ? TESTS : given)
