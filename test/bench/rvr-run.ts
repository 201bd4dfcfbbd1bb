/** Everything the benchmark asks of the SDK: compile a guest, run it, and say how long each took. */
import { Rvr, type Artifact, type ExecuteOptions, type ExecutionProfile } from '../../src/index.ts'
import { childrenUsage } from './children.ts'
import type { MachineFile, ModeName } from '../../src/index.ts'

export interface RvrSetup {
  readonly elf: string
  readonly mode: string
  readonly cc: string
  readonly cacheDir: string
  readonly profile?: ExecutionProfile
  readonly machine?: MachineFile
  /** Default: what the guest's file lists. */
  readonly isa?: string
}

export interface PreparedGuest {
  /** Milliseconds per stage of the compile; absent where the cache spared the stage. */
  readonly timing: Artifact['timing']
  readonly cacheOutcome: string
  /** Wall-clock milliseconds of the whole compile call. */
  readonly compileCallMs: number
  /** User processor time of the compilers. */
  readonly compilerUserMs: number
  /** Instruction slots in the executable segments. */
  readonly instructionSlots: number
  run(
    scale: number,
    input?: Uint8Array,
    limits?: Pick<ExecuteOptions, 'maxInstructions' | 'maxCost'>,
  ): Promise<GuestRun>
  close(): Promise<void>
}

export interface GuestRun {
  readonly stdout: string
  /**
   * User processor time of this process while the guest ran, in milliseconds: steadier than the clock where others use
   * the processors too.
   */
  readonly executeMs: number
  readonly instret: bigint
  readonly cost: bigint | undefined
}

/**
 * Opens rvr on a cache directory and makes the guest ready. A second call with the same setup measures the warm path.
 */
export async function prepare({ elf, mode, cc, cacheDir, profile, machine, isa }: RvrSetup): Promise<PreparedGuest> {
  const rvr = await Rvr.create({ cacheDir, cc })
  try {
    const guest = await rvr.load(elf, { abi: 'linux', machine, isa })
    const begin = performance.now()
    const before = childrenUsage()
    const artifact = await guest.compile(mode as ModeName, profile === undefined ? {} : { profile })
    const compileCallMs = performance.now() - begin
    const code = guest.image.segments.filter(segment => segment.executable)
    return {
      timing: artifact.timing,
      cacheOutcome: artifact.cache.outcome,
      compileCallMs,
      compilerUserMs: childrenUsage().userMs - before.userMs,
      instructionSlots: code.reduce((sum, segment) => sum + Math.floor(segment.bytes.length / 4), 0),
      run: (scale, input, limits) => runOnce(artifact, scale, input, limits),
      close: () => rvr.dispose(),
    }
  } catch (error) {
    await rvr.dispose()
    throw error
  }
}

async function runOnce(
  artifact: Artifact,
  scale: number,
  input?: Uint8Array,
  limits: Pick<ExecuteOptions, 'maxInstructions' | 'maxCost'> = {},
): Promise<GuestRun> {
  const output: Uint8Array[] = []
  const before = process.cpuUsage()
  using run = await artifact.execute({
    ...limits,
    args: ['guest', String(scale)],
    inputs: input === undefined ? [] : [input],
    onPrint: (stream, bytes) => {
      if (stream === 'stdout') output.push(bytes)
    },
  })
  if (run.outcome !== 'terminated' || run.exitCode !== 0) {
    throw new Error(
      `${artifact.mode} guest ${run.outcome}, exit code ${run.exitCode}${run.trap === undefined ? '' : `: ${run.trap.message}`}`,
    )
  }
  return {
    stdout: Buffer.concat(output).toString(),
    executeMs: process.cpuUsage(before).user / 1000,
    instret: run.instret,
    cost: run.cost,
  }
}
