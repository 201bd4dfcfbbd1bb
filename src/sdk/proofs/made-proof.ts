/** A proof that was made, in memory. */
import { accept } from '../../accept.ts'
import { writeOutput } from '../../files/write.ts'
import { Signalled } from './signalled.ts'
import type { SegmentProof } from './contract.ts'

type Facts = Omit<SegmentProof, 'save'>

export class MadeProof implements SegmentProof {
  readonly index: number
  readonly instretStart: number
  readonly instructions: number
  readonly key: SegmentProof['key']
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly cells: number
  readonly provingBytes: number
  readonly fillMs: number
  readonly proveMs: number
  readonly stages: SegmentProof['stages']
  readonly publicValues: SegmentProof['publicValues']

  constructor(facts: Facts) {
    this.index = facts.index
    this.instretStart = facts.instretStart
    this.instructions = facts.instructions
    this.key = facts.key
    this.bytes = facts.bytes
    this.cells = facts.cells
    this.provingBytes = facts.provingBytes
    this.fillMs = facts.fillMs
    this.proveMs = facts.proveMs
    this.stages = facts.stages
    this.publicValues = facts.publicValues
  }

  async save(file: string, options: Signalled = {}): Promise<string> {
    const { signal } = accept(Signalled, 'save', options)
    return writeOutput(file, put => put(this.bytes), { signal, failure: 'cannot write the proof' })
  }
}
