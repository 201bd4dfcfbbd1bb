/** What the compiler knows about the CPU it compiles for: its predefined macros. */
import { createHash } from 'node:crypto'
import type { Ask } from './capture.ts'
import type { CompilerFamily } from './flags.ts'

export interface TargetFacts {
  /** Output of `cc -march=… -dM -E -x c /dev/null`, lines sorted by code unit. */
  readonly macros: string
  /** SHA-256 of `macros`, 64 hex digits. */
  readonly digest: string
}

/** Lines in one order for every compiler: gcc prints them in the order of its hash table. */
export function sortMacros(output: string): string {
  return output
    .split('\n')
    .filter(line => line !== '')
    .toSorted()
    .join('\n')
}

/**
 * Asks `cc` for its macros with `flags`: undefined when it fails or prints something else. With what it says to that.
 */
export async function probeMacros(
  cc: string,
  flags: readonly string[],
  ask: Ask,
): Promise<{ macros: string | undefined; said: string }> {
  const { status, stdout, stderr } = await ask(cc, [...flags, '-dM', '-E', '-x', 'c', '/dev/null'])
  const macros = sortMacros(stdout)
  return { macros: status === 0 && macros.includes('#define __STDC__ ') ? macros : undefined, said: stderr }
}

export function targetFacts(macros: string): TargetFacts {
  return { macros, digest: createHash('sha256').update(macros).digest('hex') }
}

export interface CompilerNature {
  readonly family: CompilerFamily
  readonly version: readonly [major: number, minor: number, patch: number]
  /** The architecture it compiles for, as Node names it; undefined for any other than x64 and arm64. */
  readonly arch: 'x64' | 'arm64' | undefined
}

function archOf(number: (name: string) => number | undefined): 'x64' | 'arm64' | undefined {
  if (number('__x86_64__') === 1) return 'x64'
  return number('__aarch64__') === 1 ? 'arm64' : undefined
}

/** Family, version and architecture, told from the macros; undefined for a compiler that is neither gcc nor clang. */
export function compilerNature(macros: string): CompilerNature | undefined {
  const number = (name: string): number | undefined => {
    const found = new RegExp(`^#define ${name} (\\d+)$`, 'm').exec(macros)
    return found === null ? undefined : Number(found[1])
  }
  const arch = archOf(number)
  const clang = number('__clang_major__')
  const gcc = number('__GNUC__')
  if (clang !== undefined)
    return {
      family: 'clang',
      version: [clang, number('__clang_minor__') ?? 0, number('__clang_patchlevel__') ?? 0],
      arch,
    }
  if (gcc !== undefined)
    return { family: 'gcc', version: [gcc, number('__GNUC_MINOR__') ?? 0, number('__GNUC_PATCHLEVEL__') ?? 0], arch }
  return undefined
}
