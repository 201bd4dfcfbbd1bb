/** The one way in which the ELF reader says no. */
import { RvrError } from '../errors.ts'

/** What is wrong with one field of a guest file; `found` and `wanted` are printed as they are. */
export interface Rejection {
  /** Name of the field in the ELF specification, such as `e_machine` or `p_filesz of program header 2`. */
  readonly field: string
  readonly found: string | number
  readonly wanted: string | number
  readonly hint?: string | undefined
  /** What the file is, with its article, where that is the first thing to say: `an x86-64 program`. */
  readonly what?: string
}

const DEFAULT_HINT =
  'Pass a statically linked RV32IM or RV64IM executable, as the OpenVM toolchain or riscv64-unknown-elf-gcc makes it.'

/**
 * The error for a guest file that is not acceptable: `ELF_INVALID`, naming file, field, value found and value wanted.
 */
export function rejection(path: string, { field, found, wanted, hint, what }: Rejection): RvrError {
  return new RvrError(
    'ELF_INVALID',
    `${path}${what === undefined ? '' : ` is ${what}`}: ${field} is ${found}, wanted ${wanted}`,
    {
      hint: hint ?? DEFAULT_HINT,
      details: { path, field, found, wanted },
    },
  )
}
