/**
 * One measurement, in a process of its own, for the memory that it takes: argv is a JSON of Case, and what comes of it is
 * printed as JSON.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Rvr } from '../../../src/index.ts'
import { loadProver } from '../../../src/load/stark-prover.ts'
import { OpenKey, StarkVerifier } from '../../../src/load/stark-verifier.ts'
import { createServices, prepareStark } from '../../../src/pipeline.ts'
import type { ProofSet } from '../../../src/stark/parameters.ts'
import { proverOf } from './prover.ts'
import { systemNamed } from './systems.ts'

export interface Case {
  readonly system?: string
  /** Instead: segments of a run. */
  readonly guest?: { readonly file: string; readonly input: readonly number[] }
  readonly set: ProofSet
  readonly threads: number
  readonly rounds: number
  /** Where the proof, and its key, are left. */
  readonly directory: string
}

export interface Measured {
  /** `first`, `second` and so on of proofs in one process; of later ones the least is one. */
  readonly proofs: readonly { readonly what: string; readonly cpu: number; readonly wall: number }[]
  readonly instructions?: number
  readonly proofBytes: number
  readonly verifyMs: number
  readonly peakBytes: number
}

const VERIFICATIONS = 20
const MAX_TRACE_HEIGHT = 2 ** 17
const MAX_INSTRUCTIONS = 1_000_000

interface Time {
  readonly cpu: number
  readonly wall: number
}

function timer(): () => Time {
  let [before, begun] = [process.cpuUsage(), performance.now()]
  return () => {
    const { user, system } = process.cpuUsage(before)
    const time = { cpu: (user + system) / 1e6, wall: (performance.now() - begun) / 1e3 }
    ;[before, begun] = [process.cpuUsage(), performance.now()]
    return time
  }
}

const least = (times: readonly Time[]): Time => ({
  cpu: Math.min(...times.map(({ cpu }) => cpu)),
  wall: Math.min(...times.map(({ wall }) => wall)),
})

async function ofSystem({ system, set, threads, rounds }: Case) {
  const services = await createServices({}, () => {})
  try {
    const library = loadProver((await prepareStark({ library: 'prover' }, services)).opened)
    const { key, prove } = await proverOf(library, systemNamed(system!), set)
    const times: Time[] = []
    let proof = new Uint8Array()
    const time = timer()
    for (let round = 0; round < rounds; round++) {
      proof = new Uint8Array(await prove(threads))
      times.push(time())
    }
    const proofs = [
      { what: 'first', ...times[0]! },
      ...(rounds > 1 ? [{ what: 'later', ...least(times.slice(1)) }] : []),
    ]
    return { key, proof, proofs }
  } finally {
    await services.directories.removeAll()
  }
}

/** The first two segments of a run, and the trees that all segments have in common. */
async function ofGuest({ guest, set, threads }: Case) {
  const rvr = await Rvr.create()
  try {
    const loaded = await rvr.load(guest!.file)
    const limits = { segmentLimits: { maxTraceHeight: MAX_TRACE_HEIGHT }, maxInstructions: MAX_INSTRUCTIONS }
    const run = await loaded.interpret('metered').execute({ inputs: [Uint8Array.from(guest!.input)], ...limits })
    const key = await loaded.verifyingKey({ set })
    const proofs: Measured['proofs'][number][] = []
    const time = timer()
    let isBegun = false
    const onProgress = (): void => {
      if (isBegun) return
      isBegun = true
      proofs.push({ what: 'fixed trees', ...time() })
    }
    let proof = new Uint8Array()
    let instructions = 0
    for await (const made of run.proofs({ set, threads, onProgress })) {
      proofs.push({ what: made.index === 0 ? 'first' : 'second', ...time() })
      if (made.index === 0) [proof, instructions] = [new Uint8Array(made.bytes), made.instructions]
      if (made.index === 1) break
    }
    run.dispose()
    return { key: key.bytes, proof, proofs, instructions }
  } finally {
    await rvr.dispose()
  }
}

async function verifyMs(key: Uint8Array, proof: Uint8Array): Promise<number> {
  const services = await createServices({}, () => {})
  try {
    const verifier = new StarkVerifier((await prepareStark({ library: 'verifier' }, services)).opened)
    const opened = await verifier.openKey(key)
    if (!(opened instanceof OpenKey)) throw new Error(`the key is none: ${JSON.stringify(opened)}`)
    let least = Infinity
    for (let round = 0; round < VERIFICATIONS; round++) {
      const begun = performance.now()
      const fault = await opened.verify(proof)
      least = Math.min(least, performance.now() - begun)
      if (fault !== undefined) throw new Error(`the proof is rejected: ${JSON.stringify(fault)}`)
    }
    opened[Symbol.dispose]()
    return least
  } finally {
    await services.directories.removeAll()
  }
}

const given = JSON.parse(process.argv[2]!) as Case
const { key, proof, ...rest } = await (given.guest === undefined ? ofSystem(given) : ofGuest(given))
const peakBytes = process.resourceUsage().maxRSS * 1024
await writeFile(join(given.directory, 'key.vkey'), key)
await writeFile(join(given.directory, '0.proof'), proof)
const measured: Measured = { ...rest, proofBytes: proof.length, peakBytes, verifyMs: await verifyMs(key, proof) }
console.log(JSON.stringify(measured))
