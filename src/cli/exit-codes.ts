/** Exit statuses of the command line. */
import type { RvrErrorCode } from '../errors.ts'
import type { Outcome } from '../sdk/contract.ts'

export const EXIT_OK = 0
/** The guest terminated with a code that is not 0; the code is in the report. */
export const EXIT_GUEST = 1
/** `rvr cost`: the cost grew by more than the threshold. */
export const EXIT_TOO_DEAR = 1
/** Bad usage or bad input file. */
export const EXIT_USAGE = 2
export const EXIT_TOOLCHAIN = 3
/** The guest trapped, or native code and interpreter disagree. */
export const EXIT_TRAP = 4
export const EXIT_REFUSED = 5
/** A limit or deadline stopped the guest. */
export const EXIT_LIMIT = 6
/** A defect in rvr itself. */
export const EXIT_INTERNAL = 70
export const EXIT_INTERRUPTED = 130
/** Who reads standard output has gone: what a shell reports of a program that SIGPIPE ended. */
export const EXIT_CLOSED_PIPE = 141

/** Exit status of each error code. */
export const exitStatusOfError: Readonly<Record<RvrErrorCode, number>> = {
  USAGE: EXIT_USAGE,
  INPUT_INVALID: EXIT_USAGE,
  ELF_INVALID: EXIT_USAGE,
  MACHINE_INVALID: EXIT_USAGE,
  CONFIG_INVALID: EXIT_USAGE,
  IO: EXIT_USAGE,
  CACHE_UNSAFE: EXIT_USAGE,
  TOOLCHAIN_MISSING: EXIT_TOOLCHAIN,
  COMPILE_FAILED: EXIT_TOOLCHAIN,
  CHECK_DIVERGED: EXIT_TRAP,
  ARTIFACT_REFUSED: EXIT_REFUSED,
  STATE_REFUSED: EXIT_REFUSED,
  ARCHIVE_INVALID: EXIT_REFUSED,
  DIVERGED: EXIT_REFUSED,
  UNPROVABLE: EXIT_REFUSED,
  STREAM_INVALID: EXIT_REFUSED,
  PROOF_INVALID: EXIT_REFUSED,
  KEY_INVALID: EXIT_REFUSED,
  ABORTED: EXIT_INTERRUPTED,
  WORKER_FAILED: EXIT_INTERNAL,
  CALLBACK_FAILED: EXIT_INTERNAL,
  DISPOSED: EXIT_INTERNAL,
  INTERNAL: EXIT_INTERNAL,
}

/** Exit status of a run that came to an end. */
export function exitStatusOfRun(run: { readonly outcome: Outcome; readonly exitCode: number | undefined }): number {
  switch (run.outcome) {
    case 'terminated':
      return run.exitCode === 0 ? EXIT_OK : EXIT_GUEST
    case 'suspended':
      return EXIT_LIMIT
    case 'trapped':
      return EXIT_TRAP
  }
}
