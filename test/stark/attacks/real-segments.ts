/** Segments of a real run with a key of their own: proved and judged whatever stands in their tables. */
import { afterAll, inject } from 'vitest'
import { encodeArchive } from '../../../src/archive/write.ts'
import { ProverContext } from '../../../src/load/proving/context.ts'
import { FixedTree } from '../../../src/load/proving/fixed-tree.ts'
import type { MainTable } from '../../../src/load/proving/tables.ts'
import { proofSteps } from '../../../src/load/stark-fault.ts'
import { loadProver, type ProverLibrary } from '../../../src/load/stark-prover.ts'
import { OpenKey, StarkVerifier } from '../../../src/load/stark-verifier.ts'
import { createServices, prepareStark } from '../../../src/pipeline.ts'
import { machineSystem, startedSystem, type MachineSystem } from '../../../src/proofs/machine-system.ts'
import { segmentInputs } from '../../../src/proofs/segment-tables.ts'
import { keyContent } from '../../../src/stark/key.ts'
import type { Node } from '../../../src/stark/nodes.ts'
import { sets } from '../../../src/stark/parameters.ts'
import { checkBuses } from '../../../src/trace/check/buses.ts'
import { checkConstraints } from '../../../src/trace/check/constraints.ts'
import { Findings } from '../../../src/trace/check/findings.ts'
import { NativeJob } from '../../../src/trace/check/native/job.ts'
import type { CheckLibrary } from '../../../src/trace/check/native/library.ts'
import { Turns } from '../../../src/trace/check/turns.ts'
import type { SegmentTables } from '../../../src/trace/segment.ts'
import type { TracedGuest } from '../../../src/trace/steps.ts'
import { originOf } from '../../trace/check/honest.ts'
import { add, mul, negate, sub } from '../slow/field.ts'
import { readKey } from '../slow/key.ts'
import { verify } from '../slow/verify.ts'
import { slowVerdict, type Verdict } from './judges.ts'

const work = { threads: 1, maxBytes: 2 ** 31 }
/** One query: what is wrong with tables is found by sums and constraints, which have nothing to do with queries. */
const parameters = sets.test

/** With which exit code the guest says it. */
export const exitCodeOf = (verdict: Verdict): number => (verdict === 'accepted' ? 0 : 101 + proofSteps.indexOf(verdict))

const namedPublics = ({ publics }: SegmentTables): Readonly<Record<string, number>> =>
  Object.fromEntries([...publics].flatMap(([air, values]) => air.publics.map((name, at) => [name, values[at]!])))

/** The verdict that follows from the mock prover's: by the one in JavaScript, or in C. */
export async function mockVerdict(
  segment: SegmentTables,
  by: { readonly guest: TracedGuest } | { readonly library: CheckLibrary },
): Promise<Verdict> {
  if ('library' in by) {
    const { unbalanced, tables } = await new NativeJob(segment, { library: by.library, threads: 1 }).check()
    if (unbalanced.length > 0) return 'sums'
    return tables.some(({ broken }) => broken > 0) ? 'constraints' : 'accepted'
  }
  const checking = (findings: Findings) => ({
    findings,
    turns: new Turns(undefined),
    explaining: { guest: by.guest, originOf },
  })
  const [left, broken] = [new Findings(), new Findings()]
  await checkBuses(segment, checking(left))
  if (left.count > 0) return 'sums'
  for (const matrix of segment.tables)
    await checkConstraints({ matrix, publics: segment.publics.get(matrix.air) ?? [] }, checking(broken))
  return broken.count > 0 ? 'constraints' : 'accepted'
}

/** Trees of the machine and of the program, which all segments have in common. */
async function committed(library: ProverLibrary, { tables, set }: SegmentTables, system: MachineSystem) {
  const logHeights = new Map<number, number>()
  const trees: FixedTree[] = []
  for (const tree of [0, 1]) {
    const fixed = tables.flatMap(({ air, cells, height }) => {
      const index = set.airs.indexOf(air)
      if (system.flat.airs[index]!.tree !== tree) return []
      const logHeight = Math.log2(height)
      logHeights.set(index, logHeight)
      const columns = system.columns[index]!.fixed
      return [{ cells, stride: air.columns.length, columns, width: columns.length, logHeight }]
    })
    trees.push(await FixedTree.commit(library, { logBlowUp: parameters.logBlowUp, tables: fixed }, work))
  }
  return { trees, logHeights }
}

export interface RealRun {
  readonly key: Uint8Array
  readonly system: MachineSystem
  /** Of any tables, also with those that the prover is handed in their place. */
  readonly proof: (
    segment: SegmentTables,
    handed?: (tables: readonly MainTable[]) => readonly MainTable[],
  ) => Promise<Uint8Array>
  /** Of the verifier in C. */
  readonly verdict: (proof: Uint8Array) => Promise<Verdict>
  /** Of the one in TypeScript. */
  readonly slowVerdict: (proof: Uint8Array) => Verdict
}

/** @param first the run's first segment: the key says that runs begin there. All goes with the test file. */
export async function realRun(first: SegmentTables): Promise<RealRun> {
  const services = await createServices({ cacheDir: inject('sharedCache') }, () => {})
  const library = loadProver((await prepareStark({ library: 'prover' }, services)).opened)
  const verifier = new StarkVerifier((await prepareStark({ library: 'verifier' }, services)).opened)
  const system = machineSystem(first.set)
  const { trees, logHeights } = await committed(library, first, system)
  const publics = namedPublics(first)
  const root = Array.from({ length: 8 }, (_, index) => publics[`root_before[${index}]`]!)
  const content = keyContent({
    system: startedSystem(system, { pc: publics['pc_first']!, root }),
    parameters,
    fixedLogHeights: logHeights,
    roots: trees.map(tree => new Uint32Array(tree.root.slice().buffer)),
  })
  const key = await encodeArchive(content)
  const context = new ProverContext(library, key, trees)
  const opened = await verifier.openKey(key)
  if (!(opened instanceof OpenKey)) throw new Error(JSON.stringify(opened))
  const slowKey = readKey(key)
  afterAll(async () => {
    context[Symbol.dispose]()
    opened[Symbol.dispose]()
    for (const tree of trees) tree[Symbol.dispose]()
    await services.directories.removeAll()
  })
  return {
    key,
    system,
    proof: (segment, handed = each => each) => {
      const tables = new Map(segment.tables.map(matrix => [matrix.air.name, matrix]))
      const inputs = segmentInputs(system, { tables, publics: namedPublics(segment) })
      return context.prove({ ...inputs, tables: handed(inputs.tables) }, work)
    },
    verdict: async proof => (await opened.verify(proof))?.step ?? 'accepted',
    slowVerdict: proof => slowVerdict(() => verify(slowKey, proof)),
  }
}

/** The table with derived columns among its own, one cell of which is `by` more than it should be. */
export function withDerived(
  { system }: Pick<RealRun, 'system'>,
  table: MainTable,
  [row, column, by]: readonly [row: number, column: number, by: number],
): MainTable {
  const { main } = system.columns[table.air]!
  const { nodes } = system.flat.airs[table.air]!
  const derived = table.derived!
  const width = main.length + derived.length
  const height = 2 ** table.logHeight
  const cells = new Uint32Array(height * width)
  for (let at = 0; at < height; at++) {
    const own = [...main].map(place => table.cells[at * table.stride + place]!)
    const values: number[] = []
    for (const node of nodes) values.push(valueOf(node, { own, values }))
    cells.set([...own, ...derived.map(({ node }) => values[node]!)], at * width)
  }
  const at = row * width + column
  cells[at] = add(cells[at]!, by)
  return { air: table.air, cells, stride: width, logHeight: table.logHeight }
}

/** Of a node over the main columns of this row; what reads something else is nothing that columns are derived from. */
function valueOf(
  { op, a, b }: Pick<Node, 'op' | 'a' | 'b'>,
  { own, values }: { readonly own: readonly number[]; readonly values: readonly number[] },
): number {
  if (op === 'constant') return a
  if (op === 'main') return b === 0 ? (own[a] ?? 0) : 0
  const left = values[a] ?? 0
  if (op === 'negate') return negate(left)
  const right = values[b] ?? 0
  if (op === 'add') return add(left, right)
  if (op === 'subtract') return sub(left, right)
  return op === 'multiply' ? mul(left, right) : 0
}
