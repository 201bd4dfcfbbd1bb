/** What proofs cost: processor seconds by set and threads, size of the proof; prints Markdown. */
import { parseArgs } from 'node:util'
import { loadProver } from '../../../src/load/stark-prover.ts'
import { createServices, prepareStark } from '../../../src/pipeline.ts'
import type { ProofSet } from '../../../src/stark/parameters.ts'
import { buildPlonky3, plonky3Seconds } from './plonky3.ts'
import { triplesProver } from './triples.ts'

const { values: options } = parseArgs({
  options: {
    sets: { type: 'string', default: 'fast,default,small' },
    rows: { type: 'string', default: '18' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '3' },
    plonky3: { type: 'boolean', default: false },
  },
})
const TRIPLES = 21

const services = await createServices({}, () => {})
try {
  const library = loadProver((await prepareStark({ library: 'prover' }, services)).opened)
  const rounds = Array.from({ length: Number(options.rounds) })
  console.log('| set | rows | threads | CPU s | wall s | proof bytes |\n|---|---|---|---|---|---|')
  for (const set of options.sets.split(',') as ProofSet[]) {
    const logRows = Number(options.rows)
    const prove = await triplesProver(library, { logRows, triples: TRIPLES, set })
    for (const threads of options.threads.split(',').map(Number)) {
      let [cpu, wall, bytes] = [Infinity, Infinity, 0]
      for (const _ of rounds) {
        const [before, begun] = [process.cpuUsage(), performance.now()]
        bytes = (await prove(threads)).length
        const { user, system } = process.cpuUsage(before)
        cpu = Math.min(cpu, (user + system) / 1e6)
        wall = Math.min(wall, (performance.now() - begun) / 1e3)
      }
      console.log(`| ${set} | 2^${logRows} | ${threads} | ${cpu.toFixed(2)} | ${wall.toFixed(2)} | ${bytes} |`)
    }
  }
  const program = options.plonky3 ? buildPlonky3() : undefined
  if (program !== undefined) {
    const work = { logRows: Number(options.rows), logBlowUp: 1, queries: 88, runs: rounds.length }
    console.log(`\nPlonky3, one thread, blow-up 2: ${plonky3Seconds(program, work).toFixed(2)} CPU s`)
  }
} finally {
  await services.directories.removeAll()
}
