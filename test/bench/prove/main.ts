/** What proofs cost: the prover by set and threads, the verifier natively and in a guest; prints Markdown. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ProofSet } from '../../../src/stark/parameters.ts'
import type { Case, Measured } from './case.ts'
import { guestCost, stepsTable } from './guest-verifier.ts'
import { buildPlonky3, plonky3Seconds } from './plonky3.ts'

/**
 * --systems: names of systems.ts, of all --sets or of those behind @. --guests: fibonacci and kernels of cache-fixtures/guests/bench, which clang compiles for
 * this; 64 bits wide, or as many as stand behind a colon. SQLite is a guest of ABI linux, and these have no proofs.
 */
const { values: options } = parseArgs({
  options: {
    systems: { type: 'string', default: '2^18 × 63;2^20 × 50, 10 messages@fast;48 tables' },
    guests: { type: 'string', default: 'fibonacci;fibonacci:32;sort' },
    sets: { type: 'string', default: 'fast,default,small' },
    'guest-sets': { type: 'string', default: 'default' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '2' },
    /** Of 48 tables, set default: what each step of the verifier takes in a guest. */
    steps: { type: 'boolean', default: false },
    plonky3: { type: 'boolean', default: false },
  },
})

const list = (text: string, by = ','): string[] => text.split(by).filter(name => name !== '')
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const fixtures = '../../../cache-fixtures/guests'

function measured(given: Case): Measured {
  const args = [path('case.ts'), JSON.stringify(given)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${JSON.stringify(given)}: ${stderr}`)
  return JSON.parse(stdout) as Measured
}

/** Little-endian, 8 bytes. */
const number = (value: number): number[] => [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)]

/** Undefined where there is no compiler for it. */
function guestNamed(text: string): NonNullable<Case['guest']> | undefined {
  const [name, xlen = '64'] = text.split(':')
  if (name === 'fibonacci') return { file: path(`${fixtures}/elf/fibonacci.rv${xlen}.elf`), input: number(200_000) }
  const build = path('../../../build/guests')
  const file = `${build}/rv${xlen}/prove-${name}.elf`
  spawnSync('make', ['-C', path(fixtures), file, `BUILD=${build}`])
  return existsSync(file) ? { file, input: number(1) } : undefined
}

const MIB = 2 ** 20
const head = ['proof', 'set', 'threads', 'which', 'CPU s', 'wall s', 'peak MiB', 'proof bytes', 'verified, ms']
const guestHead = ['verified in a guest: RV64 instructions', 'cells', 'RV32 instructions', 'cells']

interface Subject {
  readonly name: string
  readonly of: Pick<Case, 'system' | 'guest'>
  readonly sets: readonly ProofSet[]
}

function rowsOf({ name, of, sets }: Subject, directory: string): string[][] {
  return sets.flatMap(set =>
    list(options.threads)
      .map(Number)
      .flatMap((threads, index) => {
        const result = measured({ ...of, set, threads, rounds: Number(options.rounds), directory })
        const { proofs, instructions, proofBytes, verifyMs, peakBytes } = result
        const inGuest = index > 0 ? undefined : ([64, 32] as const).map(xlen => guestCost(directory, xlen))
        return proofs.map(({ what, cpu, wall }, row) => {
          const title = instructions === undefined ? name : `${name}, ${instructions} instructions`
          const times = [cpu.toFixed(2), wall.toFixed(2)]
          const verified = inGuest?.flatMap(({ instructions: each, cells }) => [each, cells].map(String)) ?? []
          const once = [(peakBytes / MIB).toFixed(0), String(proofBytes), verifyMs.toFixed(2), ...verified]
          return [title, set, String(threads), what, ...times, ...(row === 0 ? once : [])]
        })
      }),
  )
}

const directory = mkdtempSync(join(tmpdir(), 'rvr-bench-prove-'))
try {
  const systems = list(options.systems, ';').map(text => {
    const [name = '', sets = options.sets] = text.split('@')
    return { name, of: { system: name }, sets: list(sets) as ProofSet[] }
  })
  const guests = list(options.guests, ';').flatMap(name => {
    const guest = guestNamed(name)
    if (guest === undefined) console.error(`${name} is left out: clang and lld for RISC-V compile it`)
    return guest === undefined ? [] : [{ name, of: { guest }, sets: list(options['guest-sets']) as ProofSet[] }]
  })
  const columns = [...head, ...guestHead]
  const line = (row: readonly string[]): string => `| ${columns.map((_, index) => row[index] ?? '').join(' | ')} |`
  const isAsked = systems.length + guests.length > 0
  if (isAsked) console.log(`${line(columns)}\n${line(columns.map((_, index) => (index < 4 ? '---' : '--:')))}`)
  for (const subject of [...systems, ...guests]) for (const row of rowsOf(subject, directory)) console.log(line(row))
  if (options.steps) {
    measured({ system: '48 tables', set: 'default', threads: 1, rounds: 1, directory })
    console.log(`\n${stepsTable(guestCost(directory, 64), guestCost(directory, 32))}`)
  }
  const program = options.plonky3 ? buildPlonky3() : undefined
  for (const logRows of program === undefined ? [] : [18, 20]) {
    const work = { logRows, logBlowUp: 1, queries: 88, runs: Number(options.rounds) }
    const seconds = plonky3Seconds(program!, work)
    console.log(`\nPlonky3, 2^${logRows} × 63, one thread, blow-up 2: ${seconds.toFixed(2)} CPU s`)
  }
} finally {
  rmSync(directory, { recursive: true })
}
