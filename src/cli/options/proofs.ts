/** --set, --threads and --max-prover-memory: how proofs are made. */
import type { Option } from 'commander'
import { MOST_THREADS } from '../../load/threads.ts'
import { setNames, type ProofSet } from '../../stark/parameters.ts'
import { option, valued } from './declare.ts'
import { limitIn, sizeIn } from './values.ts'

export interface KeyOptions {
  readonly set?: ProofSet
  readonly threads?: number
}

export interface ProvingOptions extends KeyOptions {
  readonly maxProverMemory?: number
}

const setOption = (): Option =>
  option('--set <set>', 'parameters of proofs (docs/proofs.md; default: default)').choices(setNames)

const threadsOption = (): Option =>
  valued(
    '--threads <n>',
    `threads that work on it, ${MOST_THREADS} at most (default: all processors)`,
    limitIn({ least: 1, greatest: MOST_THREADS }),
  )

const memoryOption = (): Option =>
  valued(
    '--max-prover-memory <size>',
    "cut segments that take more memory to prove (default: half of the machine's)",
    sizeIn({ least: 1 }),
  )

export const keyOptions = (): Option[] => [setOption(), threadsOption()]

export const provingOptions = (): Option[] => [...keyOptions(), memoryOption()]

/** Of a command that has threads already. */
export const setOptions = (): Option[] => [setOption(), memoryOption()]
