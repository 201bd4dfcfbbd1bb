/** The C of mode `metered`: vector row counts, checks at block boundaries, marks of touched leaves. */
import { readFileSync } from 'node:fs'
import { meterHeader, meterLayout } from '../../layout/meter.ts'
import type { Graph } from '../../ir/program.ts'
import type { Instr } from '../../isa/row.ts'
import { rowsOf } from '../../machine/chips.ts'
import { MAX_INTERVAL_LEAVES, MAX_INTERVAL_ROWS, SPARE_LEAVES } from '../../machine/interval.ts'
import type { Machine } from '../../machine/machine.ts'
import { weightOf } from '../../machine/weights.ts'
import type { Emission, EmissionTarget } from '../mode.ts'
import { dueHeader, gates } from './gates.ts'
import { assignLanes, type Lanes } from './lanes.ts'
import { seriesStatements } from './series.ts'
import { touchStatements } from './touches.ts'

const template = (name: string): string => readFileSync(new URL(`../../../templates/modes/metered/${name}`, import.meta.url), 'utf8')

/** Bit k of word k / 64: a basic block starts at slot k. */
function blockStarts(graph: Graph): string {
  const words = new BigUint64Array(Math.ceil((graph.program.instrs.length + 1) / 64))
  for (const { first } of graph.blocks) words[first >> 6]! |= 1n << BigInt(first & 63)
  return [...words].map(word => `0x${word.toString(16)}u`).join(', ')
}

function tables(lanes: Lanes, graph: Graph): string {
  return `static const uint32_t lane_count = ${lanes.chips.length};
static const uint8_t lane_chips[${Math.max(1, lanes.chips.length)}] = { ${lanes.chips.join(', ') || '0'} };
static const uint8_t grows[METER_CHIPS] = { ${lanes.growing.map(chip => `[${chip}] = 1`).join(', ') || '0'} };
/* Bit k of word k / 64 is set where a basic block starts at slot k. */
static const uint64_t block_starts[] = { ${blockStarts(graph)} };`
}

/** Calls are few and dear: their rows go straight to the heights, and what they weigh beyond one counts as no instruction. */
function callRows(instrs: readonly Instr[], machine: Machine, add: '+' | '-', take: '+' | '-'): string[] {
  return instrs.filter(({ row }) => row.kind === 'call').flatMap(instr => {
    const surplus = weightOf(machine, instr) - 1
    return [...rowsOf(machine, instr).map(({ chip, rows }) => `meter(m)->heights[${chip}] ${add}= ${rows};`), ...(surplus === 0 ? [] : [`meter(m)->granted ${take}= ${surplus};`])]
  })
}

export function meteredEmission({ graph, machine, vectorBytes }: EmissionTarget): Emission {
  const lanes = assignLanes(graph, machine, vectorBytes)
  const vectors = Array.from({ length: lanes.vectors }, (_, index) => `rows${index}`)
  const keep = vectors.map((name, index) => `lanes(m)[${index}] = ${name};`).join(' ')
  return {
    parameters: vectors.map(name => ({ type: 'rows', name, initial: '(rows){ 0 }' })),
    // The interval pays for whole blocks: where it does not reach, a check comes first and grants a new one, unless the run has to stop.
    blockTest: (count, stop) => (count === 0 ? [] : [
      `if (__builtin_expect((left -= ${count}) < 0, 0) && (left = due(m, left, ${count}, ${vectors.map(name => `&${name}`).join(', ')})) < 0) { left += ${count}; goto ${stop}; }`,
    ]),
    loops: {
      reach: amount => `(reg)left / ${amount}`,
      // No lane grows by more rows than the interval has.
      entered: (instrs, times) => lanes.rows(instrs).map(({ vector, constant }) => `rows${vector} += ${constant} * (uint16_t)${times};`),
      touched: seriesStatements,
    },
    blockEntered: instrs => [...lanes.rows(instrs).map(({ vector, constant }) => `rows${vector} += ${constant};`), ...callRows(instrs, machine, '+', '-')],
    refund: instrs => [...lanes.rows(instrs).map(({ vector, constant }) => `rows${vector} -= ${constant};`), ...callRows(instrs, machine, '-', '+')].map(line => `${line} `).join(''),
    memoryTouched: touchStatements,
    rangeTouched: (address, length) => [`touch_range(m, ${address}, ${length});`],
    leaving: [keep, 'meter_leave(m);'],
    header: `typedef uint16_t rows __attribute__((vector_size(${vectorBytes})));\nenum { RVR_LANES = ${(lanes.vectors * vectorBytes) / 2}, METER_INTERVAL_ROWS = ${MAX_INTERVAL_ROWS}, METER_INTERVAL_LEAVES = ${MAX_INTERVAL_LEAVES}, METER_SPARE_LEAVES = ${SPARE_LEAVES}, METER_CHIPS = 128 };\n`,
    include: 'meter.h',
    files: [
      { path: 'meter-area.h', content: meterHeader() }, { path: 'meter.h', content: template('meter.h') },
      { path: 'meter-due.h', content: dueHeader(lanes.vectors, vectorBytes) },
      // One file, because each costs a compiler's start.
      { path: 'meter.c', content: template('meter.c').replace('/* TABLES */', () => tables(lanes, graph)).replace('/* GATES */', () => gates(vectorBytes, lanes.vectors)) },
    ],
    resumesOften: true,
    areaBytes: meterLayout.areaBytes,
  }
}
