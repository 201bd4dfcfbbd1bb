/** The profile of a run as a value: who was called by whom, what it cost there, by source line and step. */
import type { Xlen } from '../elf/image.ts'

/** A function as reports show it. */
export interface ProfiledFunction {
  /** As people write it: demangled; in brackets where it is none of the guest's, such as `[unmatched]`. */
  readonly name: string
  /** As the guest's file has it, where that is another name. */
  readonly symbol: string | undefined
  /** Where it has code of its own: the address of its first instruction. */
  readonly address: number | undefined
  /** Where it begins in the source, as far as is known: index in `files`, else -1; and line, else 0. */
  readonly file: number
  readonly line: number
}

/** The calling contexts, as columns: a tree in which parents come before children. The root is node 0. */
export interface ProfileNodes {
  /** Index of the caller's node; -1 for the root. */
  readonly parent: Int32Array
  /** Index in `functions`. */
  readonly function: Uint32Array
  /** 1: inlined into the node's parent, so it has no calls of its own to count. */
  readonly isInlined: Uint8Array
  /** How often it was called; 0 of inlined ones and in modes that do not count calls. */
  readonly calls: Float64Array
  /** Where in the parent the (first) call stands: index in `files`, -1 where nothing says, and line, 0 likewise. */
  readonly callFile: Int32Array
  readonly callLine: Uint32Array
  /** Cells of the memory tables, apportioned by first touches to whoever made them; undefined where not counted. */
  readonly memory: Float64Array | undefined
}

/** What was spent in nodes themselves, without what they called: a row for each node, step and line, in this order. */
export interface ProfileCosts {
  /** Ascending. */
  readonly node: Uint32Array
  /** Index in `steps`. */
  readonly step: Uint32Array
  /** Index in `files`, -1 where nothing says; -1 everywhere where lines were not asked for. */
  readonly file: Int32Array
  /** 0 where nothing says, and where there is no file. */
  readonly line: Uint32Array
  readonly instructions: Float64Array
  /** Trace cells of the instructions' own chips. */
  readonly cells: Float64Array
}

/** What was executed, whoever called its function: one row for each instruction's address and step, in this order. */
export interface ProfileInstructions {
  /** Ascending. */
  readonly pc: Uint32Array
  /** Index in `steps`. */
  readonly step: Uint32Array
  /** Index in `functions`: the innermost, inlined or not, and the one whose code it is. */
  readonly innermost: Uint32Array
  readonly function: Uint32Array
  readonly file: Int32Array
  readonly line: Uint32Array
  readonly times: Float64Array
  readonly cells: Float64Array
}

/** A step of the guest: what follows a marker `addi x0, x0, N`, up to the next one. */
export interface ProfileStep {
  /** N; 0 for what comes before the first marker. */
  readonly marker: number
  readonly name: string | undefined
}

/** A share of the run. */
export interface ProfileShare {
  readonly name: string
  /** Executions, 0 of autoprecompiles; of chips: rows. */
  readonly count: number
  readonly cells: number
}

/**
 * Sums are exact: those of `costs` and those of `instructions` are the run's `totals`, in instructions and in cells; so
 * are those by step and by function, and those of opcodes and chips. Names of functions and files stand once: symbols
 * of one readable name are one function. All numbers are integers.
 */
export interface GuestProfile {
  readonly guest: {
    /** As the user named it. */
    readonly name: string
    /** SHA-256 of its file. */
    readonly digest: string
    readonly xlen: Xlen
  }
  readonly machine: { readonly name: string; readonly digest: string }
  /** How the run stood when it was profiled. */
  readonly outcome: 'terminated' | 'suspended' | 'trapped'
  readonly totals: { readonly instructions: number; readonly cells: number }
  /** Cells of the memory tables, which `totals` do not have; undefined where they were not counted. */
  readonly memory: number | undefined
  /** Does the tree say who called whom? If not, functions are children of the root. */
  readonly hasCalls: boolean
  /** What could not be matched or read, in words. */
  readonly warnings: readonly string[]
  readonly files: readonly string[]
  readonly functions: readonly ProfiledFunction[]
  /** Those that were met, by their markers, ascending. */
  readonly steps: readonly ProfileStep[]
  readonly nodes: ProfileNodes
  readonly costs: ProfileCosts
  readonly instructions: ProfileInstructions
  /** By operation, such as `addi`, the dearest first; a chip of an autoprecompile counts as one. */
  readonly opcodes: readonly ProfileShare[]
  /** By chip of the machine, the dearest first. */
  readonly chips: readonly ProfileShare[]
}
