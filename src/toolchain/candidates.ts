/** Which C compilers and which make are tried, in which order. */
import { RvrError } from '../errors.ts'
import { findClangs, findExecutable, findExecutables, isCompiler } from './path-search.ts'

/** Oldest clang that has the calling convention preserve_none, with which generated code is fastest. */
export const PREFERRED_CLANG = 19

export interface CompilerCandidate {
  readonly path: string
  /** The user named this compiler: no other may be taken in its place. */
  readonly explicit: boolean
  /** A clang whose version is not known yet and has to be PREFERRED_CLANG or newer. */
  readonly needsPreferred: boolean
}

const ALONE = 'Name the compiler alone, without arguments and without a wrapper: rvr has a cache of its own.'
const EXISTING = 'Name an existing compiler with --cc or RVR_CC, or leave both out.'
const INSTALL = 'Install a C compiler and make, for example: apt-get install clang make, or apt-get install gcc make.'

/** The compiler that the caller names, by option or by RVR_CC; undefined where any will do. */
export function namedCompiler(cc: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
  return cc ?? (environment['RVR_CC'] === '' ? undefined : environment['RVR_CC'])
}

/**
 * Compilers to try, best first: the one named by `cc` or RVR_CC alone, else clang from 19 on, newest first, else every
 * gcc and cc on PATH that is no caching wrapper. Throws TOOLCHAIN_MISSING when the named one is not there, or in the
 * end when none is.
 */
export function* compilerCandidates(
  cc: string | undefined,
  environment: NodeJS.ProcessEnv,
): Generator<CompilerCandidate, void, void> {
  const path = environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'
  const named = namedCompiler(cc, environment)
  if (named !== undefined) {
    const found = findExecutable(named, path)
    if (found === undefined) {
      throw new RvrError(
        'TOOLCHAIN_MISSING',
        `the C compiler ${named} was not found${named.includes('/') ? '' : ' on PATH'}`,
        {
          hint: `${/\s/.test(named) ? ALONE : EXISTING} ${INSTALL}`,
          details: { cc: named },
        },
      )
    }
    yield { path: found, explicit: true, needsPreferred: false }
    return
  }
  const clangs = findClangs(path).filter(clang => clang.major === undefined || clang.major >= PREFERRED_CLANG)
  for (const clang of clangs) yield { path: clang.path, explicit: false, needsPreferred: clang.major === undefined }
  // Looked for only when none of those will do: a hit with clang does not get here.
  const others = ['gcc', 'cc'].flatMap(name => findExecutables(name, path))
  const compilers = others.filter(isCompiler)
  const wrapper = others.find(file => !isCompiler(file))
  for (const file of compilers) yield { path: file, explicit: false, needsPreferred: false }
  if (clangs.length > 0 || compilers.length > 0) return
  const passed = wrapper === undefined ? '' : `; ${wrapper} is a wrapper, and there is no compiler behind it on PATH`
  throw new RvrError(
    'TOOLCHAIN_MISSING',
    `no C compiler was found on PATH (looked for clang-NN, clang, gcc, cc${passed})`,
    { hint: INSTALL, details: { searched: path } },
  )
}

/** The make program. Throws TOOLCHAIN_MISSING when there is none. */
export function findMake(environment: NodeJS.ProcessEnv): string {
  const path = environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'
  const found = findExecutable('make', path) ?? findExecutable('gmake', path)
  if (found === undefined)
    throw new RvrError('TOOLCHAIN_MISSING', 'make was not found on PATH', {
      hint: 'Install GNU make, for example: apt-get install make.',
      details: { searched: path },
    })
  return found
}
