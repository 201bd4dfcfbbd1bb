/** The analysis of candidates as text. */
import { hexText } from '../../../hex.ts'
import { line, shortened, table } from '../../form/table.ts'
import { grouped, percentText } from '../../form/units.ts'
import type { ApcAnalysis, CandidateAnalysis, ColumnGroup } from '../../../sdk/apc/analysis.ts'

/** Counts that people compare. */
const POINTS = [1, 3, 10, 30, 100, 300, 1000]
const MOST_GROUPS = 12
const NAME_COLUMNS = 32

export function analysisText(analysis: ApcAnalysis): string {
  const { pgo, cellsBefore, cellsAfter, candidates } = analysis
  if (candidates.length === 0) return line('ranked by', pgo) + line('candidates', 'none')
  return [
    line('ranked by', pgo),
    line('cells', `${grouped(cellsBefore)} as instructions, ${grouped(cellsAfter)} as autoprecompiles`),
    ...savedText(analysis),
    '\n',
    table([HEAD, ...candidates.map(candidateRow)], 'rllrrrrrr'),
    '\n',
    table([['where cells went', 'AIR', 'before', 'after', 'gone'], ...groupRows(analysis.groups)], 'llrrr'),
  ].join('')
}

const HEAD = ['', 'start', 'function', 'instructions', 'executions', 'columns', 'interactions', 'constraints', 'saved']

function* savedText({ savedByFirst, cellsBefore }: ApcAnalysis): Generator<string> {
  const points = POINTS.filter(point => point < savedByFirst.length)
  for (const point of [...points, savedByFirst.length]) {
    const saved = savedByFirst[point - 1]!
    yield line(`first ${point}`, `save ${grouped(saved)} cells, ${percentText(saved / cellsBefore)} of these blocks`)
  }
}

function candidateRow({ rank, starts, symbol, instructions, executions, ...rest }: CandidateAnalysis): string[] {
  const { before, after, share } = rest
  const change = (of: 'columns' | 'interactions' | 'constraints'): string => `${before[of]} → ${after[of]}`
  return [
    String(rank),
    starts.map(hexText).join(' '),
    shortened(symbol ?? '', NAME_COLUMNS),
    grouped(instructions.length),
    grouped(executions),
    change('columns'),
    change('interactions'),
    change('constraints'),
    percentText(share),
  ]
}

const groupRows = (groups: readonly ColumnGroup[]): string[][] =>
  groups
    .slice(0, MOST_GROUPS)
    .map(({ air, name, before, after }) => [
      name,
      air,
      grouped(before),
      grouped(after),
      percentText(before === 0 ? 0 : (before - after) / before),
    ])
