/** What a profile gives: each program compiled with and without one, trained on one input and measured on another, interleaved. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Rvr, utf8, type ExecutionProfile } from '../../src/index.ts'
import { build, elfOf, whyNot } from '../real-guests/built.ts'
import { inputOf, signatureRecords } from '../real-guests/signatures.ts'
import { benchmarkScript, scriptOf, statements } from '../real-guests/sql.ts'
import { kernelGuest, type Kernel } from './kernels.ts'
import { prepare, type PreparedGuest } from './rvr-run.ts'
import { geometricMean } from './statistics.ts'
import { markdown } from './table.ts'

type Xlen = 32 | 64

/** One input: the guest's first argument and its standard input. */
interface Work {
  readonly scale: number
  readonly input?: Uint8Array
}

interface ProfiledProgram {
  readonly name: string
  readonly isReal: boolean
  guest(xlen: Xlen): string
  readonly training: Work
  readonly measured: Work
}

export interface ProfileResult {
  readonly program: string
  readonly isReal: boolean
  readonly variant: string
  /** Milliseconds of each round: user time of the guest's execution. */
  readonly ms: { readonly plain: readonly number[]; readonly profiled: readonly number[] }
  /** User seconds of make and the compilers. */
  readonly compileSeconds: { readonly plain: number; readonly profiled: number }
}

export interface ProfileChoice {
  readonly kernels: readonly Kernel[]
  readonly real: boolean
  readonly modes: readonly string[]
  readonly widths: readonly Xlen[]
  readonly cc: string
  readonly rounds: number
}

const programsOf = (kernels: readonly Kernel[]): ProfiledProgram[] =>
  kernels.map(({ name, defaultScale }) => ({
    name,
    isReal: false,
    guest: xlen => kernelGuest(name, xlen),
    training: { scale: Math.max(1, Math.floor(defaultScale / 20)) },
    measured: { scale: defaultScale },
  }))

/** The real guests are trained on what their tests run and measured on what the benchmark runs. */
const realPrograms = (): ProfiledProgram[] => [
  {
    name: 'secp-verify',
    isReal: true,
    guest: xlen => elfOf('secp-verify', xlen),
    training: { scale: 1, input: inputOf(signatureRecords(12, 5)) },
    measured: { scale: 75, input: inputOf(signatureRecords(100, 1, 10)) },
  },
  {
    name: 'sqlite-script',
    isReal: true,
    guest: xlen => elfOf('sqlite-script', xlen),
    training: { scale: 1, input: utf8(scriptOf(statements)) },
    measured: { scale: 1, input: utf8(benchmarkScript) },
  },
]

/** User seconds of this process's children that have ended, and of theirs. */
function childSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return Number(fields[13]) / 100
}

async function train(program: ProfiledProgram, xlen: Xlen, cacheDir: string, cc: string): Promise<ExecutionProfile> {
  await using rvr = await Rvr.create({ cacheDir, cc })
  const guest = await rvr.load(program.guest(xlen), { abi: 'linux' })
  const { scale, input } = program.training
  // SQLite's counting library takes a minute to compile, the interpreter a few seconds for the training.
  const artifact = program.isReal ? guest.interpret('profile') : await guest.compile('profile')
  using run = await artifact.execute({ args: ['guest', String(scale)], inputs: input === undefined ? [] : [input] })
  if (run.outcome !== 'terminated') throw new Error(`${program.name} ${run.outcome} in training`)
  return run.profile!.recorded
}

/** Measures programs one after the other; everything is compiled anew. */
export async function measureProfiles(choice: ProfileChoice): Promise<ProfileResult[]> {
  const { modes, widths, cc, rounds } = choice
  const skipped = choice.real ? whyNot() : 'not asked for'
  if (skipped === undefined) for (const name of ['secp-verify', 'sqlite-script'] as const) build(name, {})
  const results: ProfileResult[] = []
  const cacheDir = mkdtempSync(join(tmpdir(), 'rvr-bench-profile-'))
  try {
    for (const program of [...programsOf(choice.kernels), ...(skipped === undefined ? realPrograms() : [])]) {
      for (const xlen of widths) {
        process.stderr.write(`${program.name} rv${xlen}, profiled …\n`)
        const profile = await train(program, xlen, cacheDir, cc)
        for (const mode of modes) {
          const result = await compare(program, xlen, mode, { cc, cacheDir, rounds, profile })
          process.stderr.write(
            `${program.name} ${result.variant}: time × ${timeRatio(result).toFixed(3)}, compile time × ${compileRatio(result).toFixed(2)} of ${result.compileSeconds.plain.toFixed(1)} s\n`,
          )
          results.push(result)
        }
      }
    }
  } finally {
    rmSync(cacheDir, { recursive: true, force: true })
  }
  return results
}

async function compare(
  program: ProfiledProgram,
  xlen: Xlen,
  mode: string,
  { cc, cacheDir, rounds, profile }: { cc: string; cacheDir: string; rounds: number; profile: ExecutionProfile },
): Promise<ProfileResult> {
  const { scale, input } = program.measured
  const setup = { elf: program.guest(xlen), mode, cc, cacheDir }
  const make = async (more: { profile?: ExecutionProfile }): Promise<{ prepared: PreparedGuest; seconds: number }> => {
    const before = childSeconds()
    const prepared = await prepare({ ...setup, ...more })
    return { prepared, seconds: childSeconds() - before }
  }
  const plain = await make({})
  const profiled = await make({ profile })
  try {
    const ms = { plain: [] as number[], profiled: [] as number[] }
    const printed = new Set<string>()
    const instret = new Set<bigint>()
    for (let round = 0; round < rounds * 2; round++) {
      // plain, profiled, profiled, plain, …: whoever is second has warm caches half of the time.
      const name = round % 4 === 0 || round % 4 === 3 ? 'plain' : 'profiled'
      const run = await { plain, profiled }[name].prepared.run(scale, input)
      ms[name].push(run.executeMs)
      printed.add(run.stdout)
      instret.add(run.instret)
    }
    if (printed.size !== 1 || instret.size !== 1)
      throw new Error(`${program.name} rv${xlen} ${mode}: the profile changed what the guest does`)
    return {
      program: program.name,
      isReal: program.isReal,
      variant: `rv${xlen} ${mode}`,
      ms,
      compileSeconds: { plain: plain.seconds, profiled: profiled.seconds },
    }
  } finally {
    await plain.prepared.close()
    await profiled.prepared.close()
  }
}

/** Of the fastest rounds: what else the machine does only adds. */
const timeRatio = ({ ms }: ProfileResult): number => Math.min(...ms.profiled) / Math.min(...ms.plain)
const compileRatio = ({ compileSeconds: { plain, profiled } }: ProfileResult): number => profiled / plain

/** Ratios profiled / not profiled, a row per program. */
export function profileTable(results: readonly ProfileResult[]): string {
  const variants = [...new Set(results.map(result => result.variant))]
  const programs = [...new Set(results.map(result => result.program))]
  const cell = (found: readonly ProfileResult[]): string =>
    found.length === 0
      ? ''
      : `${geometricMean(found.map(timeRatio)).toFixed(2)} / ${geometricMean(found.map(compileRatio)).toFixed(2)}`
  const row = (name: string, own: readonly ProfileResult[]): string[] => [
    name,
    ...variants.map(variant => cell(own.filter(result => result.variant === variant))),
  ]
  return markdown(
    ['time / compile time, × without a profile', ...variants],
    [
      ...programs.map(name =>
        row(
          name,
          results.filter(result => result.program === name),
        ),
      ),
      row(
        'geometric mean, kernels',
        results.filter(result => !result.isReal),
      ),
    ],
  )
}
