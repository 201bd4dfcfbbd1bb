/** What the host of a `linux` guest keeps outside of registers and memory, as plain data that crosses threads. */
import type { RandomState } from '../random.ts'
import type { Directory } from './files/directories.ts'
import type { FileTable } from './files/table.ts'
import type { Mapping } from './mappings.ts'

export interface LinuxHost {
  /** Standard input: all inputs behind each other; and the next byte of it. */
  readonly stdin: Uint8Array
  stdinPosition: number
  /** The program break and its initial value. */
  brk: number
  readonly brkStart: number
  mappings: readonly Mapping[]
  /** Seed and number of 64-bit words drawn so far (getrandom). */
  random: RandomState
  readonly pid: number
  /** Nanoseconds that the guest has slept: its clocks are so much further than its instructions. */
  slept: bigint
  umask: number
  /** What it has said about signals; actions and stack are the guest's own structs, as hex digits. */
  readonly signals: { readonly actions: Record<number, string>; blocked: bigint; stack?: string | undefined }
  readonly files: FileTable
  /** Directories of this machine that it may use. A saved run names none: whoever resumes it gives them again. */
  readonly directories: readonly Directory[]
  /** Numbers of system calls that it has made and that are not there, each once, in order. */
  readonly unknownCalls: number[]
}
