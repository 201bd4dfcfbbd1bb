/** Compiler and linker flags, as data, with the reason for each. */
import { RvrError } from '../errors.ts'

export type CompilerFamily = 'clang' | 'gcc'

/** What generated C is written for (measurements: docs/lab-notebook.md). */
const LANGUAGE = [
  '-std=gnu11',
  '-O2',
  '-fwrapv', // guest arithmetic wraps
  '-fno-strict-aliasing', // guest memory is read at every width
  '-fno-builtin', // no loop may become a call to memcpy: hot registers would be saved around it
  '-w',
  '-g0',
]

/** A shared library that exports only what says so, without tables and checks that generated code has no use for. */
const LIBRARY = [
  '-fPIC',
  '-fvisibility=hidden',
  '-fno-stack-protector',
  '-fno-asynchronous-unwind-tables',
  '-fomit-frame-pointer',
  '-U_FORTIFY_SOURCE',
]

const BY_FAMILY: Readonly<Record<CompilerFamily, readonly string[]>> = {
  clang: [
    '-fno-slp-vectorize',
    '-mllvm',
    // a second order of the instructions takes 3 % of the compile and gains nothing on processors that reorder
    // themselves
    '-disable-post-ra',
  ],
  gcc: [
    '-ftree-loop-vectorize',
    // counted loops: how often they go round is known in front of them, but not to the compiler
    '-fvect-cost-model=dynamic',
    '-fno-tree-slp-vectorize',
    '-foptimize-sibling-calls',
    '-fno-semantic-interposition',
    '-fno-stack-clash-protection',
    '-fno-schedule-insns2', // the same second order of the instructions
    '-fno-tree-pta',
    '-fno-ipa-icf', // nothing to find: all pointers come from one, and no two regions are equal
  ],
}

/** What a compiler does for one architecture. */
const BY_FAMILY_AND_ARCH: Readonly<Record<CompilerFamily, Readonly<Record<string, readonly string[]>>>> = {
  // conditional moves that become branches are mispredicted where a guest follows pointers
  clang: { x64: ['-mllvm', '-x86-cmov-converter=false'] },
  // which instructions there are is the CPU's matter; by what gcc knows of their speed it keeps integers in vector
  // registers, in and out in every iteration
  gcc: { x64: ['-mtune=generic'] },
}

/** clang 16 and newer: no configuration file may add flags that no key knows of. */
const UNCONFIGURED = ['--no-default-config']

/** Hardening that costs at every indirect jump. */
const BY_ARCH: Readonly<Record<string, readonly string[]>> = {
  x64: ['-fcf-protection=none', '-fno-plt'],
  arm64: ['-mbranch-protection=none'],
}

/**
 * `defs`: what is missing fails here and not at a call. `nodelete`: code of a library whose instances may still run is
 * never unmapped. `build-id=none`: equal input, equal file.
 */
const LINK = [
  '-shared',
  '-Wl,-z,nodelete',
  '-Wl,-z,defs',
  '-Wl,-z,noexecstack',
  '-Wl,-z,relro',
  '-Wl,-Bsymbolic',
  '-Wl,--build-id=none',
]

/**
 * Flags that choose the CPU: gcc and clang spell `native` as -mcpu on arm64. Throws USAGE for a name that no compiler
 * could mean.
 */
export function targetFlags(arch: string, targetCpu: string): string[] {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.+-]*$/.test(targetCpu)) {
    throw new RvrError('USAGE', `the target CPU ${JSON.stringify(targetCpu)} is not a CPU name`, {
      hint: 'Use native, or a name that the compiler knows, such as x86-64-v3.',
      details: { targetCpu },
    })
  }
  return [arch === 'arm64' && !targetCpu.startsWith('armv') ? `-mcpu=${targetCpu}` : `-march=${targetCpu}`]
}

/** Flags for compiling one unit with a compiler of this family and major version. */
export function compileFlags(family: CompilerFamily, major: number, arch: string, targetCpu: string): string[] {
  return [
    ...LANGUAGE,
    ...targetFlags(arch, targetCpu),
    ...BY_FAMILY[family],
    ...(BY_FAMILY_AND_ARCH[family][arch] ?? []),
    ...(family === 'clang' && major >= 16 ? UNCONFIGURED : []),
    ...LIBRARY,
    ...(BY_ARCH[arch] ?? []),
  ]
}

/**
 * Further flags for the units that regions are in. Regions begin at lines of the cache: nearly every transfer leads to
 * the start of one. gcc has no calling convention in which a function preserves nothing: here it learns that none of
 * these registers outlives a call, so regions, which end in jumps, need not save and restore them. The function `enter`
 * does that once for all.
 */
export function regionFlags(family: CompilerFamily, arch: string): string[] {
  return [
    '-falign-functions=64',
    ...(family === 'gcc' && arch === 'x64'
      ? ['rbx', 'r12', 'r13', 'r14', 'r15'].map(register => `-fcall-used-${register}`)
      : []),
  ]
}

/** Flags for linking the units into a library. */
export function linkFlags(): string[] {
  return [...LINK]
}
