/** What callers ask of the stages of autoprecompiles, and what they get. */
import type { Candidate, FailedCandidate, GenerateCounts } from '../../apc/candidates/candidates.ts'
import type { GenerateChoices } from '../../apc/candidates/options.ts'
import type { Pgo } from '../../apc/candidates/rank.ts'
import type { System } from '../../air/system.ts'
import type { Autoprecompiles } from '../../machine/autoprecompiles.ts'
import type { Machine } from '../../machine/machine.ts'
import type { CacheReport } from '../../pipeline.ts'
import type { ExecuteOptions } from '../contract.ts'

/** What the run starts with that blocks are counted in: the same fields as of `execute`. */
export type ProfiledInput = Pick<ExecuteOptions, 'inputs' | 'args' | 'seed' | 'publicValuesBytes'>

export interface ApcGenerateOptions extends GenerateChoices {
  /** PGO `cell` and `instruction`: the run that is counted; default: one without input. */
  readonly profile?: ProfiledInput | undefined
  /** Threads that build candidates; default: one for each core. The result is the same for any number. */
  readonly threads?: number | undefined
  /**
   * Where all ranked candidates are written: `apc_candidates.json`, and each one's system in the interchange format,
   * where that has the machine's buses. No part of the key.
   */
  readonly candidatesDir?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface ApcSelectOptions extends ApcGenerateOptions {
  /** How many candidates are taken. */
  readonly autoprecompiles: number
  /** How many at the top of the order are left out first; default 0. */
  readonly skip?: number | undefined
}

export interface ApcAnalyzeOptions extends ApcGenerateOptions {
  /** Candidates that are told one by one; default 100. */
  readonly most?: number | undefined
}

/** Plain data, and systems that are read when they are asked for. */
export interface ApcCandidates {
  /** SHA-256 of the guest's file. */
  readonly guest: string
  readonly pgo: Pgo
  readonly counts: GenerateCounts
  /** In their order, the best first. */
  readonly ranked: readonly Candidate[]
  /** Blocks that no candidate could be made of. */
  readonly failed: readonly FailedCandidate[]
  readonly cache: CacheReport
  /** What the optimiser has left of the system of a candidate, by its place in `ranked`: with guards. */
  system(index: number): System
}

export interface ApcSetupOptions extends ApcSelectOptions {}

export interface ApcSetup {
  /** The guest's machine with a chip for each autoprecompile: what the option `machine` takes, for this guest alone. */
  readonly machine: Machine
  readonly cache: CacheReport
}

export interface ApcSelection extends ApcCandidates {
  /**
   * What a machine is specialised by.
   *
   * @throws RvrError `USAGE` where superblocks are among them: only single blocks can be executed
   */
  readonly autoprecompiles: Autoprecompiles
}
