/** Instruction rows × modes → the C project of a native interpreter: a library that runs every guest of its kind. */
import { type Image, type MemoryMap, type Xlen } from '../../elf/image.ts'
import { reads, writes } from '../../isa/registers-used.ts'
import type { Instr, Row, SlotBytes } from '../../isa/row.ts'
import { REASON_STEP, REASON_STOP, stateHeader, stateLayout } from '../../layout/state.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Emission, Mode } from '../../modes/mode.ts'
import { MAX_BLOCK } from '../../program/graph.ts'
import type { Graph } from '../../program/program.ts'
import { resourceText } from '../../resources.ts'
import { calledAmong, callExports, callPrototypes, neededFiles } from '../calls.ts'
import type { Convention } from '../convention.ts'
import type { Project, ProjectFile } from '../project.ts'
import { identityBlock, numberTypes, reserves, semanticsHeader } from '../runtime.ts'
import { engineFile, engineHeader, instanceFile } from './engine.ts'
import { atHand } from './handlers.ts'
import { operationsOf, type Operation } from './operations.ts'

export interface InterpreterOptions {
  readonly xlen: Xlen
  readonly memory: MemoryMap
  /** All instructions that a guest of the width may use. */
  readonly rows: readonly Row[]
  /** Bytes of a slot of these guests. */
  readonly slotBytes: SlotBytes
  readonly machine: Machine
  readonly modes: readonly Mode[]
  readonly convention: Convention
  /** Widest vector that the target passes in registers. */
  readonly vectorBytes: 16 | 32
  /** JSON text of the artifact's identity block. */
  readonly identity: string
  /** Files that calls need, by path in the project. */
  readonly callFiles: ReadonlyMap<string, string>
}

/** A straight line is accounted for at once, in pieces of at most so many instructions; so the host looks in often. */
export const LONGEST_LINE = MAX_BLOCK

/** A folder for each mode, what they share beside them. Equal input gives byte-identical files. */
export function interpreterProject(options: InterpreterOptions): Project {
  const calls = calledAmong(options.rows)
  const own = `#include <stdint.h>\n#include "calls.h"\n${callExports(calls)}${identityBlock(options.identity)}`
  const files: ProjectFile[] = [
    { path: 'Makefile', content: resourceText('templates/interpreter/Makefile') },
    { path: 'state.h', content: stateHeader(reserves(options.rows)) },
    { path: 'semantics.h', content: semanticsHeader(options.rows) },
    { path: 'code.h', content: resourceText('templates/interpreter/code.h') },
    { path: 'calls.h', content: callPrototypes(calls) },
    { path: 'library.c', content: own },
    ...neededFiles(calls, options.callFiles),
    ...options.modes.flatMap(mode => modeFiles(mode, options)),
  ]
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { files, units: files.filter(file => file.path.endsWith('.c')).map(file => file.path) }
}

function modeFiles(mode: Mode, options: InterpreterOptions): ProjectFile[] {
  const { xlen, slotBytes, machine, rows, vectorBytes } = options
  const operations = operationsOf(rows)
  const graph = anyGuest(xlen, slotBytes, operations)
  // Every instruction counts by itself, at the slot that its handler finds it at.
  const slot = (): string => '(at - code(m)->first)'
  const address = (): string => '(uint32_t)(pc_of(m, at) >> SLOT_SHIFT)'
  const target = { graph, machine, vectorBytes, slot, address, registers, atHand }
  const emission = mode.emission?.(target) ?? { parameters: [] }
  const context = { ...options, mode, emission, operations }
  const files = [
    { path: 'guest.h', content: modeHeader(context) },
    { path: 'engine.h', content: engineHeader(context) },
    { path: 'engine.c', content: engineFile(context) },
    { path: 'instance.c', content: instanceFile(context) },
    ...(emission.files ?? []),
  ]
  return files.map(({ path, content }) => ({ path: `${mode.name}/${path}`, content }))
}

/** Registers of the instruction at hand: those fields that instructions of its kind have. */
function registers(instrs: readonly Instr[]): string {
  const bits = instrs.flatMap(instr => {
    const told = { ...instr, rd: 1, rs1: 2, rs2: 3 }
    const used = reads(told) | writes(told)
    return (['rd', 'rs1', 'rs2'] as const).filter(field => (used >> told[field]) & 1).map(field => `1u << at->${field}`)
  })
  return bits.length === 0 ? '0u' : bits.join(' | ')
}

/** What a mode asks of a guest's code, answered for a guest that uses every instruction. */
function anyGuest(xlen: Xlen, slotBytes: SlotBytes, operations: readonly Operation[]): Graph {
  const image = { segments: [] as Image['segments'] } as Image
  const program = { image, xlen, base: 0, slotBytes, instrs: operations.map(({ instr }) => instr) }
  return { program, blocks: [], isRoot: new Uint8Array(), spanStarts: new Uint8Array() }
}

/** Bytes of the mode's area in C: a number, or what the instance was made with where that depends on the guest. */
function areaBytes({ area }: Mode, machine: Machine): string {
  const [few, many] = [area?.native(1, machine) ?? 0, area?.native(1 << 20, machine) ?? 0]
  return few === many
    ? `static const uint64_t RVR_AREA_BYTES = ${few};`
    : '#define RVR_AREA_BYTES (code(m)->area_bytes)'
}

type HeaderContext = Pick<InterpreterOptions, 'xlen' | 'memory' | 'slotBytes' | 'machine'> & {
  readonly mode: Mode
  readonly emission: Emission
}

function modeHeader({ mode, emission, xlen, memory, slotBytes, machine }: HeaderContext): string {
  const { guardBytes, bytes } = stateLayout
  // `m` is where address 0 of the guest would lie.
  const below = guardBytes + bytes - memory.base
  return `/* Types and constants of mode ${mode.name}. */
#include <stdint.h>
#include "../state.h"
${numberTypes(xlen)}
${emission.header ?? ''}typedef void region(void);
enum { SLOT_SHIFT = ${slotBytes / 2}, SLOT_BYTES = ${slotBytes} };
enum { XLEN = ${xlen}, RVR_STEP = ${REASON_STEP}, RVR_STOP = ${REASON_STOP}, LONGEST_LINE = ${LONGEST_LINE} };
static const uint64_t RVR_ORIGIN = ${memory.base}, RVR_MEMORY_BYTES = ${memory.bytes}, RVR_GUARD_BYTES = ${guardBytes};
static const int64_t RVR_FLOOR = LONGEST_LINE;
static const uint64_t RVR_STATE_BELOW = ${below}, RVR_TABLE_BELOW = ${below};
${areaBytes(mode, machine)}
#include "../calls.h"
#include "../semantics.h"
#include "../code.h"
${emission.include === undefined ? '' : `#include "${emission.include}"\n`}`
}
