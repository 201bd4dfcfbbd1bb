/** Trace engines that tests compile for themselves. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { shippedAirs } from '../../../src/air/load.ts'
import { sibling } from '../../../src/codegen/convention.ts'
import { traceEngineProject } from '../../../src/codegen/replay/project.ts'
import type { Xlen } from '../../../src/elf/image.ts'
import { abiNamed } from '../../../src/extensions/registry.ts'
import { engineNamed } from '../../../src/load/trace-engine.ts'
import type { TraceEngine } from '../../../src/trace/native/engine.ts'

const FLAGS = '-std=gnu11 -O1 -foptimize-sibling-calls -fwrapv -fno-strict-aliasing -w -fPIC -fvisibility=hidden'

/** Instructions of a width, base sets and ABI `openvm`. */
export const rowsOf = (xlen: Xlen) =>
  abiNamed('openvm')
    .extensions.flatMap(({ rows }) => rows)
    .filter(({ only }) => only === undefined || only === xlen)

/** The engine of a shipped machine, as long as the tests of this file run. */
export function compiledEngine(xlen: Xlen): TraceEngine {
  const set = shippedAirs(xlen)
  const { files } = traceEngineProject({ xlen, rows: rowsOf(xlen), set, convention: sibling, identity: '{}' })
  const directory = mkdtempSync(join(tmpdir(), 'rvr-replay-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  for (const { path, content } of files) writeFileSync(join(directory, path), content)
  execFileSync('make', ['-s', '-j2', '-C', directory, 'CC=cc', `CFLAGS=${FLAGS}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return { set, native: engineNamed(join(directory, 'guest.so')) }
}
