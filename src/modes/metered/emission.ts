/** The C of mode `metered`: vector row counts, checks at block boundaries, marks of touched leaves. */
import { resourceText } from '../../resources.ts'
import { AREA_CHIPS, meterHeader, type LeafBytes } from '../../layout/meter.ts'
import * as rules from '../../layout/meter-rules.ts'
import type { Graph } from '../../program/program.ts'
import type { Instr } from '../../isa/row.ts'
import { endingIn, instructionsPerRow } from '../../machine/block-rows.ts'
import { rowsOf } from '../../machine/chips.ts'
import { meterLayoutOf, rowsPerLeaf } from '../../machine/leaves.ts'
import type { Machine } from '../../machine/machine.ts'
import { swellOf } from '../../machine/swell.ts'
import { bitmapText } from '../bitmap.ts'
import type { Emission, EmissionTarget } from '../mode.ts'
import { dueHeader, gates } from './gates.ts'
import { assignLanes, type Lanes } from './lanes.ts'
import { seriesStatements } from './series.ts'
import { touchStatements } from './touches.ts'

const template = (name: string): string => resourceText(`templates/modes/metered/${name}`)

/** How much a chip that grows does so at most with `rows` plain instructions. */
const ROW_EACH = 'grows[chip] ? rows : 0'
const ROWS_OF_BLOCKS = 'grows[chip] ? (rows + grows[chip] - 1) / grows[chip] : 0'
/** In a byte. Longer blocks may seem to grow faster. */
const MOST_PER_ROW = 255

/** The rules' numbers under the names that meter.c has for them. */
const constants = (leafBytes: LeafBytes): string =>
  Object.entries({
    CHIPS: AREA_CHIPS,
    LOG_FULL: rules.LOG_FULL,
    PLAIN_LEAVES: rules.PLAIN_LEAVES,
    PLAIN_ROWS: rules.PLAIN_ROWS,
    LEAST_LEAVES: rules.LEAST_LEAVES,
    LEAST_SWELL: rules.LEAST_SWELL,
    MOST_LEAVES: rules.intervalLeaves(leafBytes),
    MOST_SWELL: rules.MOST_SWELL,
  })
    .map(([name, value]) => `METER_${name} = ${value}`)
    .join(', ')

function* spanStarts({ spanStarts: starts }: Graph): Generator<number> {
  for (const [slot, starting] of starts.entries()) if (starting === 1) yield slot
}

function tables(lanes: Lanes, { graph, machine }: EmissionTarget): string {
  const { cell, secondary, interaction, fixed } = rules.memoryQuarters
  const steps = rules.LOOK_STEPS.map(step => `{ ${step.join(', ')} }`)
  const perRow = instructionsPerRow(machine)
  const grows = (chip: number): string => `[${chip}] = ${Math.min(perRow[chip]!, MOST_PER_ROW)}`
  return `/* What a look tries to allow for: checks, and swelling and leaves until then. */
enum { LOOK_STEPS = ${steps.length} };
static const uint32_t look_steps[LOOK_STEPS][3] = { ${steps.join(', ')} };
/* What proving takes, in quarters of a byte (src/layout/meter-rules.ts). */
enum { CELL = ${cell}, SECONDARY = ${secondary}, INTERACTION = ${interaction}, FIXED = ${fixed} };
static const uint32_t lane_count = ${lanes.chips.length};
static const uint8_t lane_chips[${Math.max(1, lanes.chips.length)}] = { ${lanes.chips.join(', ') || '0'} };
static const uint8_t grows[METER_CHIPS] = { ${lanes.growing.map(grows).join(', ') || '0'} };
/* Bit k of word k / 64 is set where a span of straight-line code starts at slot k. */
static const uint64_t span_starts[] = { ${bitmapText(graph.spanStarts.length, spanStarts(graph))} };`
}

/** Rows of autoprecompiles; `times` is what they are executed at once. */
const blockRowsText = (instrs: readonly Instr[], { blockRows }: EmissionTarget, sign: '+' | '-', times = '1') =>
  endingIn(instrs, blockRows).map(({ chip }) => `meter(m)->heights[${chip}] ${sign}= ${times};`)

/** Calls are few and dear: their rows go straight to the heights. */
function callRows(instrs: readonly Instr[], machine: Machine, sign: '+' | '-'): string[] {
  return instrs
    .filter(({ row }) => row.kind === 'call')
    .flatMap(instr => [
      ...rowsOf(machine, instr).map(({ chip, rows }) => `meter(m)->heights[${chip}] ${sign}= ${rows};`),
      ...(swellOf(instr.row, 1) === 0 ? [] : [`meter(m)->swell ${sign}= ${swellOf(instr.row, 1)};`]),
    ])
}

export function meteredEmission(target: EmissionTarget): Emission {
  const { machine, blockRows, vectorBytes } = target
  const layout = meterLayoutOf(machine)
  const { leafBytes } = layout
  const leafRows = rowsPerLeaf(machine)
  const lanes = assignLanes(target)
  const vectors = Array.from({ length: lanes.vectors }, (_, index) => `rows${index}`)
  const counts = vectors.map(name => `&${name}`).join(', ')
  const keep = vectors.map((name, index) => `lanes(m)[${index}] = ${name};`).join(' ')
  return {
    parameters: vectors.map(name => ({ type: 'rows', name, initial: '(rows){ 0 }' })),
    // The interval pays for whole spans: where it does not reach, a check comes first and grants a new one, unless the
    // run has to stop.
    // What a call or a host instruction cuts off tests again; it finds the same, unless control came there in another
    // way.
    blockTest(count, rest, stop) {
      if (count === 0) return []
      const isDue = `__builtin_expect((left -= ${rest}) < 0, 0) && (left = due(m, left, ${rest}, ${counts})) < 0`
      const test = `if (${isDue}) { left += ${rest}; goto ${stop}; }`
      return count === rest ? [test] : [test, `left += ${Number(rest) - Number(count)};`]
    },
    loops: {
      reach: amount => `(reg)left / ${amount}`,
      // No lane grows by more rows than the interval has instructions.
      entered: (instrs, times) => [
        ...lanes.rows(instrs).map(({ vector, constant }) => `rows${vector} += ${constant} * (uint16_t)${times};`),
        ...blockRowsText(instrs, target, '+', `(uint32_t)${times}`),
      ],
      touched: (series, times) => seriesStatements(series, times, leafBytes),
    },
    blockEntered: instrs => [
      ...lanes.rows(instrs).map(({ vector, constant }) => `rows${vector} += ${constant};`),
      ...callRows(instrs, machine, '+'),
      ...blockRowsText(instrs, target, '+'),
    ],
    refund: instrs =>
      [
        ...lanes.rows(instrs).map(({ vector, constant }) => `rows${vector} -= ${constant};`),
        ...callRows(instrs, machine, '-'),
        ...blockRowsText(instrs, target, '-'),
      ]
        .map(line => `${line} `)
        .join(''),
    memoryTouched: group => touchStatements(group, leafBytes),
    rangeTouched: (address, length) => [`touch_range(m, ${address}, ${length});`],
    leaving: [keep, 'meter_leave(m);'],
    header: `typedef uint16_t rows __attribute__((vector_size(${vectorBytes})));
enum { RVR_LANES = ${(lanes.vectors * vectorBytes) / 2}, ${constants(leafBytes)} };
`,
    include: 'meter.h',
    files: [
      { path: 'meter-area.h', content: meterHeader(layout) },
      { path: 'meter.h', content: template('meter.h') },
      { path: 'meter-due.h', content: dueHeader(lanes.vectors, vectorBytes) },
      // One file, because each costs a compiler's start.
      {
        path: 'meter.c',
        content: template('meter.c')
          .replace('/* TABLES */', () => tables(lanes, target))
          .replace('/* GROWTH */', () => (blockRows === undefined ? ROW_EACH : ROWS_OF_BLOCKS))
          .replace('/* GATES */', () => gates(layout, vectorBytes, lanes.vectors))
          .replace('/* ROWS OF A LEAF */', () => String(leafRows))
          .replaceAll('/* ROWS OF LEAVES */', () => (leafRows === 1 ? '' : `${leafRows} * `)),
      },
    ],
    resumesOften: true,
  }
}
