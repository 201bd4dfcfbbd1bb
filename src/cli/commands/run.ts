/** `rvr run`: compile if needed, execute, report. */
import { Option, type Command } from 'commander'
import { RvrError } from '../../errors.ts'
import type { Artifact } from '../../sdk/artifact.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { ExecuteOptions } from '../../sdk/options.ts'
import type { Run } from '../../sdk/run.ts'
import { exitStatusOfRun } from '../exit-codes.ts'
import { INPUT_FORMS } from '../input-spec.ts'
import {
  abiOption, addBuildOptions, addReportOptions, createProgress, DEFAULT_MODE, loadOptions, machineOption, modeOption, rvrOptions, type BuildOptions, type GuestOptions,
  type ReportOptions,
} from '../options.ts'
import { jsonLine } from '../output.ts'
import type { Progress } from '../progress.ts'
import type { Shell } from '../shell.ts'
import { parseCount, parseDuration, parseSeed, parseSize } from '../values.ts'

type Engine = 'native' | 'interp'

export interface RunOptions extends BuildOptions, GuestOptions, ReportOptions {
  readonly mode?: string
  readonly engine?: Engine
  readonly check?: boolean
  readonly artifact?: string
  readonly input: readonly string[]
  readonly inputFile?: string
  readonly arg: readonly string[]
  readonly maxInstructions?: bigint
  readonly maxCost?: bigint
  readonly timeout?: number
  readonly publicValuesBytes?: number
  readonly seed?: bigint
}

const append = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value]

export function declareRun(program: Command, shell: Shell): void {
  const command = program.command('run').argument('<guest>', 'RISC-V ELF executable')
    .summary('compile a guest if needed, execute it, report')
    .description('Compiles a guest if the cache does not have it, executes it, and reports how it ended.')
    .addOption(modeOption())
    .addOption(machineOption())
    .addOption(new Option('--input <spec>', `one input record, repeatable: ${INPUT_FORMS}`).argParser(append).default([], 'none'))
    .option('--input-file <json>', 'input records from a file {"input": ["0x01…"]}, before those of --input')
    .addOption(abiOption())
    .addOption(new Option('--arg <text>', 'one argument of a linux guest after its name, repeatable').argParser(append).default([], 'none'))
    .addOption(new Option('--max-instructions <n>', 'stop after exactly this many instructions').argParser(parseCount))
    .addOption(new Option('--max-cost <n>', 'stop before the trace cells exceed this').argParser(parseCount))
    .addOption(new Option('--timeout <duration>', 'stop after this time: 500ms, 30s, 2m').argParser(parseDuration))
    .addOption(new Option('--public-values-bytes <n>', 'size of the public values (default: 64)').argParser(parseSize))
    .addOption(new Option('--seed <n>', 'seed of the random words a guest may ask for (default: 0)').argParser(parseSeed))
    .addOption(new Option('--engine <engine>', 'native code or the reference interpreter (default: native)').choices(['native', 'interp'] satisfies Engine[]))
    .addOption(new Option('--artifact <file>', 'run this compiled library instead of compiling'))
    .option('--check', 'run native code and interpreter side by side and compare every step')
  addReportOptions(addBuildOptions(command))
    .addHelpText('after', `
Exit status: 0 the guest terminated with 0; 1 with another code; 2 bad usage or input;
3 no toolchain or compile failed; 4 the guest trapped (or --check found a difference);
5 artifact refused; 6 a limit stopped the guest; 130 interrupted.

Examples:
  $ rvr run fibonacci.elf --input u64:800000
  $ rvr run guest.elf --mode metered-cost --input file:block.bin --timeout 30s --json`)
    .action(async (file: string, options: RunOptions) => shell.finish(await run(file, options, shell)))
}

async function run(file: string, options: RunOptions, shell: Shell): Promise<number> {
  const { Rvr } = await import('../../index.ts')
  await using progress = createProgress(options, shell)
  const inputs = await readInputs(options)
  await using rvr = await Rvr.create(rvrOptions(options, progress))
  const guest = await rvr.load(file, loadOptions(options))
  const artifact = await prepare(guest, options, shell, progress)
  await progress.settle()
  const execute: ExecuteOptions = {
    inputs, signal: shell.signal,
    onPrint: (stream, bytes) => progress.sink({ type: 'print', stream, bytes }),
    ...(options.maxInstructions !== undefined && { maxInstructions: options.maxInstructions }),
    ...(options.maxCost !== undefined && { maxCost: options.maxCost }),
    ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
    ...(options.publicValuesBytes !== undefined && { publicValuesBytes: options.publicValuesBytes }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.arg.length > 0 && { args: [file, ...options.arg] }),
  }
  progress.sink({ type: 'stage', stage: 'execute', state: 'start' })
  using result = options.check ? await checked(guest, artifact, execute) : await artifact.execute(execute)
  progress.sink({ type: 'stage', stage: 'execute', state: 'done', ms: result.timing.executeMs })
  if (options.json) {
    const { runJson } = await import('../../report/json.ts')
    shell.stdout.write(jsonLine({ ...runJson(result, artifact), ...(options.check && { check: 'agreed' }) }))
  } else {
    const { runText } = await import('../../report/text.ts')
    shell.stdout.write(`${runText(result, artifact)}${options.check ? 'native code and interpreter agree\n' : ''}`)
  }
  return exitStatusOfRun(result)
}

/** The run, after native code and interpreter agreed on all of it. */
async function checked(guest: Guest, artifact: Artifact, options: ExecuteOptions): Promise<Run> {
  const { checkRun } = await import('../../sdk/check.ts')
  return (await checkRun(guest, artifact, options)).run
}

async function readInputs(options: RunOptions): Promise<Uint8Array[]> {
  const { parseInput, readInputFile } = await import('../input-spec.ts')
  const fromFile = options.inputFile === undefined ? [] : await readInputFile(options.inputFile)
  return [...fromFile, ...await Promise.all(options.input.map(parseInput))]
}

/** The guest ready to run. Without a compiler the interpreter takes over, unless native code was asked for by name. */
async function prepare(guest: Guest, options: RunOptions, shell: Shell, progress: Progress): Promise<Artifact> {
  const { mode = DEFAULT_MODE, engine, artifact } = options
  if (engine === 'interp') {
    if (artifact !== undefined) throw new RvrError('USAGE', '--artifact is a native library, which --engine interp does not run', { hint: 'Leave one of the two out.' })
    if (options.check) throw new RvrError('USAGE', '--check compares native code with the interpreter, so it cannot run with --engine interp', { hint: 'Leave --engine out.' })
    return guest.interpret(mode)
  }
  if (artifact !== undefined) return guest.loadArtifact(artifact, options.mode === undefined ? {} : { mode })
  try {
    return await guest.compile(mode, { signal: shell.signal })
  } catch (error) {
    // A compiler that was asked for by name and is not there is the user's error, not a reason to run far slower.
    const isNamed = engine !== undefined || options.cc !== undefined || Boolean(process.env['RVR_CC'])
    if (!(error instanceof RvrError) || error.code !== 'TOOLCHAIN_MISSING' || isNamed || options.check) throw error
    progress.sink({ type: 'warning', message: `${error.message}; running in the interpreter, which is far slower`, hint: error.hint ?? 'rvr doctor says what to install.' })
    return guest.interpret(mode)
  }
}
