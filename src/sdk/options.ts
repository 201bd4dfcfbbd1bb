/** Options of the SDK's calls. */
import type { EventReceiver } from '../events.ts'
import type { AbiName } from '../extensions/abi.ts'
import type { MachineFile } from '../machine/machine.ts'
import type { CompileOptions as BuildOptions, PipelineOptions } from '../pipeline.ts'
import type { ExecutionProfile } from '../profile/counts.ts'
import type { WorkerPool } from '../run/pool.ts'
import type { RunLimits } from '../run/limits.ts'
import type { ExecuteOptions, ResumeFromOptions, ResumeOptions, RunListeners } from './contract.ts'

export interface RvrOptions extends PipelineOptions {
  /**
   * Receives progress, warnings and cache outcomes. What it throws, or its promise rejects with, ends the call that the
   * event comes from (`CALLBACK_FAILED`).
   */
  readonly onEvent?: EventReceiver
  /** @internal Threads that have been started already; they end with the Rvr. */
  readonly pool?: WorkerPool
}

/** Whole MiB; all addresses lie below 2^32. */
export interface MemoryChoice {
  /** Default: that of the ABI. */
  readonly base?: number
  /** 2^29 at least; where the host looks at words in it (`htif`) 2^30. */
  readonly bytes?: number
}

export interface LoadOptions {
  /** What the guest expects of its host; default `openvm`. */
  readonly abi?: AbiName
  /**
   * The instruction sets that the guest has, such as `rv64im_zba_zbb` (docs/guest-abi.md). Default: I, M and what its
   * file lists (`.riscv.attributes`).
   */
  readonly isa?: string
  /**
   * Which memory the guest has (docs/guest-abi.md, "Memory and registers"). Default: 2^29 bytes at 0.
   */
  readonly memory?: MemoryChoice
  /**
   * The path of a machine file, or a description; default: the machine that rvr ships for the guest's register width.
   */
  readonly machine?: string | MachineFile
  /**
   * What the guest was built with: the path of its `openvm.toml`, or the same content as an object. Default: the file
   * of that name beside the guest, else keccak, sha2 and bigint, which need no parameters. `false`: the default without
   * looking for a file.
   */
  readonly config?: string | Readonly<Record<string, unknown>> | false
  /**
   * Extensions of one's own: paths of modules, or of folders with an `extension.ts` or `extension.js`. Their code runs
   * in this process.
   */
  readonly extensions?: readonly string[]
  /** Ends the reading of files, which may be pipes that nobody writes to. */
  readonly signal?: AbortSignal
}

/** What guides the code generator. */
export interface ProfileChoice {
  /**
   * Compile for what earlier runs of this guest executed: a file that `run.profile.addTo` or `rvr run --profile-out`
   * wrote, several, which count together, or a profile itself.
   */
  readonly profile?: string | readonly string[] | ExecutionProfile
}

export interface CompileOptions extends BuildOptions, ProfileChoice {}

export type { ExecuteOptions, ExecutionProfile, ResumeFromOptions, ResumeOptions, RunLimits, RunListeners }
