/** Times the C of extensions' operations, compiled as for a guest, against other libraries. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CallRow } from '../../../src/isa/row.ts'
import { compileFlags, type CompilerFamily } from '../../../src/toolchain/flags.ts'
import { firstFound, newestClang, versionOf } from '../processes.ts'
import { cryptoCases, type CryptoCase, type Rival } from './cases.ts'

export interface CryptoResult {
  readonly operation: string
  readonly compiler: string
  readonly cpu: string
  readonly rival?: string
  /** Nanoseconds of processor time for one operation, medians. */
  readonly ours: number
  readonly theirs?: number
  readonly ratio?: number
}

interface Compiler {
  readonly command: string
  readonly family: CompilerFamily
}

const here = fileURLToPath(new URL('.', import.meta.url))

function compilers(): Compiler[] {
  const found = [
    { command: firstFound(['gcc']), family: 'gcc' as const },
    { command: newestClang(), family: 'clang' as const },
  ]
  return found.flatMap(({ command, family }) => (command === undefined ? [] : [{ command, family }]))
}

/** Can a program be built that uses the library? */
function isInstalled({ header, flags }: Rival, { command }: Compiler): boolean {
  const program = `#include <${header}>\nint main(void) { return 0; }\n`
  return (
    spawnSync(command, ['-x', 'c', '-', '-x', 'none', '-o', '/dev/null', ...flags], {
      input: program,
      stdio: ['pipe', 'ignore', 'ignore'],
    }).status === 0
  )
}

function measureCase(
  { operation, extension, harness, rival }: CryptoCase,
  compiler: Compiler,
  cpu: string,
  directory: string,
): CryptoResult {
  const row = extension.rows.find(({ name }) => name === operation) as CallRow
  for (const { path, content } of extension.files ?? []) writeFileSync(join(directory, path), content)
  const { command, family } = compiler
  const flags = compileFlags(family, Number(/(\d+)\.\d+\.\d+/.exec(versionOf(command))?.[1]), process.arch, cpu)
  const build = (...args: string[]): unknown =>
    execFileSync(command, args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] })
  const objects = (row.files ?? [])
    .filter(path => path.endsWith('.c'))
    .map(path => {
      build(...flags, '-c', path, '-o', `${path}.o`)
      return `${path}.o`
    })
  const known = rival !== undefined && isInstalled(rival, compiler) ? rival : undefined
  build(
    '-O2',
    ...(known === undefined ? [] : ['-DRIVAL']),
    '-I',
    here,
    join(here, 'timing.c'),
    join(here, harness),
    ...objects,
    '-o',
    'timing',
    ...(known?.flags ?? []),
  )
  const times = JSON.parse(execFileSync(join(directory, 'timing'), { encoding: 'utf8' })) as {
    ours: number
    theirs?: number
    ratio?: number
  }
  return { operation, compiler: command, cpu, ...(known !== undefined && { rival: known.name }), ...times }
}

/** Times every case with every compiler, for the given CPU. */
export function measureCrypto(cpu = 'native', cases: readonly CryptoCase[] = cryptoCases()): CryptoResult[] {
  const work = mkdtempSync(join(tmpdir(), 'rvr-crypto-'))
  try {
    return cases.flatMap(each =>
      compilers().map(compiler => {
        const directory = join(work, `${each.operation}-${compiler.command}`)
        mkdirSync(directory)
        return measureCase(each, compiler, cpu, directory)
      }),
    )
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The results as a Markdown table. */
export function cryptoTable(results: readonly CryptoResult[]): string {
  const cell = (value: number | undefined, digits: number): string =>
    value === undefined ? '–' : value.toFixed(digits)
  return [
    '| operation | compiler | CPU | ns a call | library | ns | ratio |',
    '|---|---|---|--:|---|--:|--:|',
    ...results.map(
      ({ operation, compiler, cpu, rival, ours, theirs, ratio }) =>
        `| ${operation} | ${compiler} | ${cpu} | ${cell(ours, 1)} | ${rival ?? '–'} | ${cell(theirs, 1)} | ${cell(ratio, 2)} |`,
    ),
  ].join('\n')
}
