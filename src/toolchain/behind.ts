/** Who does the work when a compiler is called: itself, or a program behind a script or a wrapper. */
import { readFileSync, realpathSync } from 'node:fs'
import type { Ask } from './capture.ts'

/**
 * What has to be asked anew each time, because a link that a script goes by may lead elsewhere; empty where compiler
 * and linker are what their files hold.
 */
export interface Behind {
  /** The program that the compiler starts. */
  readonly compiler?: string
  /** The version line of a linker that is a script. */
  readonly linker?: string
}

/**
 * Both gcc and clang print what they would start: `"/usr/lib/llvm-22/bin/clang" "-cc1" …`, ` /usr/lib/gcc/…/cc1 -E …`.
 */
const STARTED = /^ "?(\/[^"\s]+)/m

/** The program that `cc` would start to compile; undefined when it does not say. */
async function compilerBehind(ask: Ask, cc: string): Promise<string | undefined> {
  const { stderr } = await ask(cc, ['-###', '-E', '-x', 'c', '/dev/null'])
  return STARTED.exec(stderr)?.[1]
}

async function linkerVersion(ask: Ask, ld: string): Promise<string> {
  return (await ask(ld, ['--version'])).stdout.split('\n', 1)[0]!
}

/**
 * Does the file `cc` hold the compiler? clang starts itself; gcc's driver tells what it starts its own name by a
 * variable, of which no wrapper knows.
 */
function isCompilerItself(cc: string, started: string | undefined): boolean {
  if (started !== undefined && realpathSync(started) === realpathSync(cc)) return true
  const file = readFileSync(cc)
  return file.length >= 4 && file.readUInt32BE(0) === 0x7f454c46 && file.includes('COLLECT_GCC')
}

/**
 * Asks what is behind `cc` and `ld`; undefined where a compiler that is none itself does not tell: then nothing may be
 * remembered of it.
 */
export async function askBehind(ask: Ask, cc: string, ld: string): Promise<Behind | undefined> {
  const started = await compilerBehind(ask, cc)
  const isItself = isCompilerItself(cc, started)
  if (!isItself && started === undefined) return undefined
  const isScript = readFileSync(ld).toString('latin1', 0, 2) === '#!'
  return { ...(!isItself && { compiler: started! }), ...(isScript && { linker: await linkerVersion(ask, ld) }) }
}

/** Is it what it was? Starts nothing where nothing has to be asked. */
export async function isStillBehind({ compiler, linker }: Behind, ask: Ask, cc: string, ld: string): Promise<boolean> {
  return (
    (compiler === undefined || (await compilerBehind(ask, cc)) === compiler) &&
    (linker === undefined || (await linkerVersion(ask, ld)) === linker)
  )
}
