/** The files around the regions: constants, entry and exit, the list of dispatch table entries. */
import { resourceText } from '../resources.ts'
import type { Regions } from '../analysis/regions.ts'
import type { MemoryWindow, Xlen } from '../elf/image.ts'
import { registerNames } from '../isa/registers.ts'
import type { Row, SlotBytes } from '../isa/row.ts'
import type { Graph } from '../program/program.ts'
import { callExports, callPrototypes, calledRows } from './calls.ts'
import { declareRegions, regionName, type EmitterContext } from './emitter.ts'
import { warmName } from './operands.ts'
import type { ProjectFile } from './project.ts'
import { REASON_ASTRAY, REASON_STEP, REASON_STOP, stateHeader, stateLayout, tableBytes } from '../layout/state.ts'

const template = (path: string): string => resourceText(`templates/${path}`)

/** `m` there is guest memory, and in regions where address 0 of the guest would lie. */
function instanceFile({ base }: MemoryWindow): string {
  const [origin, tableBelow] = base === 0 ? ['m', 'RVR_TABLE_BELOW'] : [`m - ${base}u`, `(RVR_TABLE_BELOW + ${base}u)`]
  return template('runtime/instance.c').replaceAll('ORIGIN', origin).replaceAll('TABLE_BELOW', tableBelow)
}

/** What C leaves undefined or has no operator for: access to an instance, arithmetic, atomic access to memory. */
export function semanticsHeader(rows: Iterable<Row>): string {
  const all = new Set(rows)
  const atomics = needs(all, 'call') ? template('runtime/atomics.h') : ''
  return template('runtime/semantics.h') + arithmetic(all) + atomics
}

/** Only what the rows need. */
export const arithmetic = (rows: Iterable<Row>): string =>
  template('runtime/arithmetic.h') + (needs(rows, 'alu') ? template('runtime/bits.h') : '')

/** Is one of this kind among them whose C lies in templates/runtime? */
function needs(rows: Iterable<Row>, kind: 'alu' | 'call'): boolean {
  for (const row of rows) if (row.kind === kind && row.inRuntime === true) return true
  return false
}

/** May one of the instructions reserve a word of memory? */
export function reserves(rows: Iterable<Row>): boolean {
  for (const row of rows)
    if (row.kind === 'call' && row.operands.some(({ access }) => access === 'reservation')) return true
  return false
}

/** Of all instructions that are compiled, with repetitions. */
function* rowsIn({ program: { instrs } }: Graph): Generator<Row> {
  for (const instr of instrs) if (instr !== undefined) yield instr.row
}

/** addresses.c defines it. */
const SLOTS_ELSEWHERE = 'extern const uint64_t RVR_SLOTS __attribute__((visibility("hidden")));\n'

/** C types of a register's width, and of products. */
export const numberTypes = (xlen: Xlen): string => `typedef uint${xlen}_t reg;
typedef int${xlen}_t sreg;
typedef ${xlen === 64 ? '__int128' : 'int64_t'} wide_signed;
typedef unsigned ${xlen === 64 ? '__int128' : 'long long'} wide_unsigned;`

/** Why control comes back from a place that is no entry. Who counts rows of blocks has to know how it came there. */
const astrayOf = ({ blockRows }: EmitterContext): string => (blockRows === undefined ? 'RVR_STEP' : 'RVR_ASTRAY')

function guestHeader(context: EmitterContext, floor: number): string {
  const { graph, mode, machine, emission, stable, convention } = context
  const { xlen, base, instrs, image } = graph.program
  const { memory } = image
  const slots = instrs.length
  // Regions get as `m` where address 0 of the guest would lie.
  const stateBelow = stateLayout.guardBytes + stateLayout.bytes - memory.base
  const tableBelow = stateBelow + tableBytes(slots)
  const areaBytes = mode.area?.native(slots, machine) ?? 0
  // Where text stays the same when the guest changes, the number is not in what all of it includes.
  const ownSlots = stable === undefined ? `RVR_SLOTS = ${slots}, ` : ''
  const start = `RVR_BASE = 0x${base.toString(16)}`
  const bytes = `RVR_MEMORY_BYTES = ${memory.bytes}, RVR_GUARD_BYTES = ${stateLayout.guardBytes}`
  const below = `RVR_STATE_BELOW = ${stateBelow}, RVR_TABLE_BELOW = ${tableBelow}, RVR_AREA_BYTES = ${areaBytes}`
  const third = context.blockRows === undefined ? '' : `, RVR_ASTRAY = ${REASON_ASTRAY}`
  const reasons = `RVR_STEP = ${REASON_STEP}, RVR_STOP = ${REASON_STOP}${third}`
  const files = emission.include === undefined ? '' : `#include "${emission.include}"\n`
  return `/* Types and constants of this guest. */
#include <stdint.h>
#include "state.h"
${numberTypes(xlen)}
${emission.header ?? ''}typedef ${convention.attribute}void region(${context.parameters});
enum { XLEN = ${xlen}, ${reasons} };
static const uint64_t ${start}, ${ownSlots}${bytes};
${stable === undefined ? '' : SLOTS_ELSEWHERE}static const int64_t RVR_FLOOR = ${floor};
static const uint64_t ${below};
${callPrototypes(calledRows(graph))}${declareRegions(['leave', 'not_an_entry'])}void enter(char *m, region *to);
#include "semantics.h"
${files}`
}

/**
 * Regions may be compiled to preserve no registers, so that `enter` has to, whose own code must not know that: nothing
 * of it stands behind the call.
 */
export const LOST = `#ifdef __x86_64__
  __asm__ volatile("" ::: "rbx", "rbp", "r12", "r13", "r14", "r15");
#endif
`

/**
 * `enter` loads the hot registers and counters from the state block, `leave` stores them back; instances and the
 * identity block. One file, because each costs a compiler's start.
 */
function entryFile(context: EmitterContext, regions: Regions, identity: string): string {
  const { graph, mode, emission, convention, hot, warm } = context
  const loads = [
    'm',
    ...mode.counters.map((_, index) => `s->counters[${index}]`),
    ...emission.parameters.map(({ initial }) => initial),
    ...hot.map(r => `s->x[${r}]`),
    ...warm.map(r => `of_reg(s->x[${r}])`),
  ]
  const entries = [...regions.main, ...regions.resume]
    .map(region => {
      const block = graph.blocks[region.blocks[0]!]!
      return { slot: block.first, name: regionName(context, region.kind, block.pc) }
    })
    .toSorted((a, b) => a.slot - b.slot)
  const count = Math.max(entries.length, 1)
  const counters = mode.counters.map(({ name }, index) => `  s->counters[${index}] = ${name};`)
  const leaving = [
    ...hot.map(r => `  s->x[${r}] = ${registerNames[r]!};`),
    ...warm.map(r => `  s->x[${r}] = to_reg(${warmName(r)});`),
    ...(emission.leaving ?? []).map(line => `  ${line}`),
  ]
  return `#include <sys/mman.h>
#include "guest.h"

${convention.verifies ? '__attribute__((noinline)) ' : ''}void enter(char *m, region *to)
{
  struct rvr_state *s = state(m);
  to(${loads.join(', ')});
${convention.verifies ? LOST : ''}}

${convention.attribute}void leave(${context.parameters})
{
  struct rvr_state *s = state(m);
${counters.join('\n')}
${leaving.join('\n')}
}

/* Stands in the dispatch table for every slot where no region starts; the jump has stored its target in pc. */
${convention.attribute}void not_an_entry(${context.parameters})
{
  state(m)->reason = ${astrayOf(context)};
  ${convention.tail} leave(${context.arguments});
}

${declareRegions(entries.map(entry => entry.name))}static const uint32_t entry_count = ${entries.length};
static const uint32_t entry_slots[${count}] = { ${entries.map(entry => entry.slot).join(', ') || '0'} };
static region *const entry_functions[${count}] = { ${entries.map(entry => entry.name).join(', ') || '0'} };

${withSlots(instanceFile(graph.program.image.memory), graph.program.slotBytes)}
${callExports(calledRows(graph))}${identityBlock(identity)}`
}

const withSlots = (text: string, slotBytes: SlotBytes): string =>
  text.replaceAll('SLOT_SHIFT', String(slotBytes / 2)).replaceAll('SLOT_MASK', String(slotBytes - 1))

/** Text in a C string literal. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll('?', '\\?')

/** The identity block: JSON in a section of its own, so that a loader can read it without running anything. */
export function identityBlock(identity: string): string {
  const attribute = '__attribute__((section(".rvr.identity"), used, retain, visibility("default")))'
  return `${attribute} const char rvr_identity[] = ${quoted(identity)};\n`
}

export function runtimeFiles(
  context: EmitterContext,
  regions: Regions,
  floor: number,
  identity: string,
): ProjectFile[] {
  return [
    { path: 'Makefile', content: template('project/Makefile') },
    { path: 'entry.c', content: entryFile(context, regions, identity) },
    { path: 'guest.h', content: guestHeader(context, floor) },
    { path: 'semantics.h', content: semanticsHeader(rowsIn(context.graph)) },
    { path: 'state.h', content: stateHeader(reserves(rowsIn(context.graph))) },
    ...(context.emission.files ?? []),
  ]
}
