/** Instruction rows × AIRs → the C project of a trace engine, which fills the tables of every guest of its kind. */
import type { AirSet } from '../../air/air.ts'
import { histogramLayout, lookupTables } from '../../air/lookups.ts'
import type { Xlen } from '../../elf/image.ts'
import type { Row } from '../../isa/row.ts'
import { resourceText } from '../../resources.ts'
import type { Convention } from '../convention.ts'
import { decodeTable } from '../interpreter/decoding.ts'
import { operationsOf, type Operation } from '../interpreter/operations.ts'
import type { Project, ProjectFile } from '../project.ts'
import { placesText } from '../rows/places.ts'
import { arithmetic, identityBlock } from '../runtime.ts'
import { handlersOf, type HandlerContext, type Handlers } from './handlers.ts'
import { blockFiles } from './blocks.ts'
import { airFiles, engineHeader } from './headers.ts'
import { accessKinds, mendersText, type AccessKinds } from './menders.ts'

export interface TraceEngineOptions {
  readonly xlen: Xlen
  /** All instructions that a guest of the width may use. */
  readonly rows: readonly Row[]
  readonly set: AirSet
  readonly convention: Convention
  /** JSON text of the artifact's identity block. */
  readonly identity: string
  /** What else the library does with a segment. */
  readonly files: readonly ProjectFile[]
}

/** Files of handlers that fill: make compiles them side by side. */
const FILL_FILES = 6

const template = (path: string): string => resourceText(`templates/replay/${path}`)

/** Equal input gives byte-identical files. */
export function traceEngineProject(options: TraceEngineOptions): Project {
  const { set, xlen, rows, convention, identity } = options
  const operations = operationsOf(rows, row => row.kind !== 'host' || row.ends !== true)
  const kinds = accessKinds(set)
  const { offsets } = histogramLayout(lookupTables(set))
  const context: HandlerContext = { set, xlen, offsets, kindOf: kinds.kindOf }
  const handlers = operations.map(operation => ({ operation, handlers: handlersOf(operation, context) }))
  const decode = resourceText('templates/interpreter/decode.c').replace('/* TABLE */', () =>
    decodeTable(rows, operations),
  )
  const files: ProjectFile[] = [
    { path: 'Makefile', content: template('Makefile') },
    { path: 'engine.h', content: engineHeader(options, operations.length) },
    { path: 'replay.h', content: template('replay.h') },
    { path: 'worker.h', content: template('worker.h') },
    { path: 'threads.h', content: resourceText('templates/threads/threads.h') },
    { path: 'words.h', content: resourceText('templates/rows/words.h') },
    { path: 'field.h', content: resourceText('templates/rows/field.h') },
    { path: 'arithmetic.h', content: arithmetic(rows) },
    { path: 'integers.h', content: template('integers.h') },
    { path: 'places.h', content: placesText(set) },
    { path: 'code.c', content: template('code.c').replace('/* DECODE */', () => decode) },
    { path: 'worker.c', content: template('worker.c') },
    { path: 'cut.c', content: template('cut.c') },
    { path: 'fill.c', content: template('fill.c') },
    { path: 'stitch.c', content: template('stitch.c') },
    { path: 'compress.c', content: template('compress.c') },
    { path: 'sha256.c', content: resourceText('ffi/sha2/sha256.c') },
    { path: 'menders.c', content: mendersFile(set, kinds, offsets) },
    ...airFiles(set, kinds),
    ...blockFiles(set, kinds),
    { path: 'library.c', content: `${identityBlock(identity)}` },
    ...handlerFiles(handlers, 'cut', 1, convention),
    ...handlerFiles(handlers, 'fill', FILL_FILES, convention),
    ...options.files,
  ]
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { files, units: files.filter(file => file.path.endsWith('.c')).map(file => file.path) }
}

interface HandledOperation {
  readonly operation: Operation
  readonly handlers: Handlers | undefined
}

const PARAMETERS = 'struct replay *r, struct insn *at, const reg *tape, uint32_t ts, int64_t left'

function handlerFiles(
  all: readonly HandledOperation[],
  what: keyof Handlers,
  count: number,
  { attribute }: Convention,
): ProjectFile[] {
  const name = ({ operation }: HandledOperation): string => `${what}_${operation.name}`
  const function_ = (names: string, lines: readonly string[]): string =>
    `${attribute}void ${names}(${PARAMETERS})\n{\n${lines.map(line => `  ${line}\n`).join('')}}\n`
  const known = all.filter(({ handlers }) => handlers !== undefined)
  const head = `#define HANDLERS ${what}_handlers
#include "engine.h"
#include "words.h"
#include "integers.h"
#include "places.h"

`
  const files = Array.from({ length: count }, (_, part) => {
    const mine = known.filter((_operation, index) => index % count === part)
    return {
      path: `${what}_${part}.c`,
      content: head + mine.map(each => function_(name(each), each.handlers![what])).join('\n'),
    }
  })
  const ends = [
    'if (left != 1 || !r->may_end) FAIL(ENDS_EARLY);',
    ...(what === 'fill' ? ['if (at != &r->beyond) COUNT;'] : []),
    'left = 0;',
    'HAND_BACK;',
  ]
  const table = all.map(each => (each.handlers === undefined ? `${what}_refused` : name(each)))
  const content = `${head}#pragma GCC visibility push(hidden)
${known.map(each => `op ${name(each)};\n`).join('')}#pragma GCC visibility pop

/* The instruction that the guest ends with has no row. */
static ${function_(`${what}_end`, ends)}
static ${function_(`${what}_refused`, ['FAIL(REFUSED);'])}
static ${function_(`${what}_outside`, ['FAIL(JUMP_OUTSIDE);'])}
/* Whoever replays goes on with the whole block. */
static ${function_(`${what}_block`, ['HAND_BACK;'])}
op *const ${what}_handlers[] = {
${[`${what}_end`, ...table, `${what}_outside`, `${what}_block`].map(each => `  ${each},\n`).join('')}};
`
  return [...files, { path: `${what}_table.c`, content }]
}

function mendersFile(set: AirSet, kinds: AccessKinds, offsets: ReadonlyMap<number, number>): string {
  return `#include "engine.h"
#include "words.h"
#include "integers.h"
#include "places.h"

${mendersText(set, kinds, offsets)}`
}
