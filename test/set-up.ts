/** Set up once for all test files: a cache that they share, and the bundle of the program that they start. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { isExhaustive } from './support/exhaustive.ts'
import { sanitizingCompiler } from './support/sanitizing.ts'
import { describeToolchain } from '../src/toolchain/toolchain.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Directory of a cache that no test counts misses in: a guest that many of them run is compiled once. */
    sharedCache: string
    /**
     * The compiler of tests that ask how runs go, and not how well the C compiler understands their code: it optimises
     * nothing, which takes a third of the time. Empty: the usual one.
     */
    quickCompiler: string
  }
}

/** Brings the bundle below dist/ up to date with the sources. */
async function bundle(): Promise<void> {
  for (const step of ['bundle', 'generator-digest'])
    await promisify(execFile)(process.execPath, [fileURLToPath(new URL(`../src/build/${step}.ts`, import.meta.url))])
}

/** A compiler that optimises nothing, whatever it is told. The text is what rvr knows compilers by: it asks what is behind others. */
const unoptimising = (cc: string): string => `
#include <string.h>
#include <unistd.h>
const char known[] = "COLLECT_GCC";
int main(int count, char **words) {
  char *all[count + 2];
  memcpy(all, words, count * sizeof *all);
  all[0] = ${JSON.stringify(cc)};
  all[count] = all[count + 1] = 0;
  for (int i = 1; i < count; i++)
    if (!strcmp(words[i], "-c")) all[count] = "-O0";
  execv(all[0], all);
  return 127;
}
`

/** The default compiler without optimisation; none for gcc, which makes jumps of calls by optimising. */
async function quickCompiler(directory: string): Promise<string> {
  if (sanitizingCompiler !== undefined) return sanitizingCompiler
  if (isExhaustive) return ''
  const toolchain = await describeToolchain({}).catch(() => undefined)
  if (toolchain?.family !== 'clang') return ''
  const file = join(directory, 'quick-cc')
  const { path } = toolchain.cc
  await writeFile(`${file}.c`, unoptimising(path))
  await promisify(execFile)(path, ['-o', file, `${file}.c`])
  return file
}

export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'rvr-tests-'))
  provide('sharedCache', join(directory, 'cache'))
  provide('quickCompiler', await quickCompiler(directory))
  // Of each test's processes, whatever home they have.
  process.env['NODE_COMPILE_CACHE'] ??= join(directory, 'v8')
  await bundle()
  // A process that ends may still write what V8 has compiled.
  return () => rm(directory, { recursive: true, force: true, maxRetries: 10 })
}
