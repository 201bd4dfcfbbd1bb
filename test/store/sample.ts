/** Small inputs for the tests of toolchain, cache and load. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Project } from '../../src/codegen/project.ts'
import type { RvrEvent } from '../../src/events.ts'
import type { Toolchain } from '../../src/toolchain/toolchain.ts'

/** A fresh directory of mode 0700 that goes away with the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rvr-test-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const makefile = `OBJECTS := unit_000.o entry.o

guest.so: $(OBJECTS)
\t@echo "LD guest.so"
\t@$(CC) $(CFLAGS) -shared -o $@ $(sort $^) $(LDFLAGS)

%.o: %.c
\t@echo "CC $@"
\t@$(CC) $(CFLAGS) -c -o $@ $<
`

/** Two C files that become a library with the identity block `identity`. */
export function sampleProject(identity: unknown = {}, unit = 'int answer(void) { return 42; }'): Project {
  const text = JSON.stringify(JSON.stringify(identity))
  return {
    files: [
      { path: 'Makefile', content: makefile },
      {
        path: 'entry.c',
        content: `__attribute__((section(".rvr.identity"), used)) const char rvr_identity[] = ${text};\n`,
      },
      { path: 'unit_000.c', content: `__attribute__((visibility("default"))) ${unit}\n` },
    ],
    units: ['entry.c', 'unit_000.c'],
  }
}

/** A toolchain that exists only as a description. */
export const sampleToolchain: Toolchain = {
  cc: {
    path: '/opt/one/clang-22',
    realPath: '/opt/one/clang-22',
    digest: 'a'.repeat(64),
    version: 'clang version 22.1.0',
  },
  make: { path: '/usr/bin/make', realPath: '/usr/bin/make', digest: 'b'.repeat(64), version: 'GNU Make 4.3' },
  ld: { path: '/usr/bin/ld', realPath: '/usr/bin/ld', digest: 'c'.repeat(64), version: 'GNU ld 2.40' },
  programs: [],
  family: 'clang',
  version: [22, 1, 0],
  arch: 'x64',
  preserveNone: true,
  targetCpu: 'native',
  targetFacts: { macros: '#define __STDC__ 1', digest: 'd'.repeat(64) },
  cpuFeatures: ['avx2'],
  environment: { LANG: 'C', LC_ALL: 'C', TZ: 'UTC', SOURCE_DATE_EPOCH: undefined },
}

/** A file that stands for a compiled library. */
export async function sampleLibrary(directory: string, content = 'not really a library'): Promise<string> {
  const file = join(directory, 'built.so')
  await writeFile(file, content)
  return file
}

export const keyA = 'a1'.repeat(32)
export const keyB = 'b2'.repeat(32)
export const inputA = '1a'.repeat(32)
export const draft = {
  parts: [{ name: 'mode', type: 'text', value: 'pure' }],
  inputParts: [],
  info: { mode: 'pure' },
} as const

/** A sink that keeps what it gets. */
export function recorder(): { events: RvrEvent[]; sink: (event: RvrEvent) => void; warnings: () => string[] } {
  const events: RvrEvent[] = []
  return {
    events,
    sink: event => void events.push(event),
    warnings: () => events.filter(event => event.type === 'warning').map(event => event.message),
  }
}
