/** The public values of a guest that has ended, with what opens them from the final root of its proofs. */
import { accept } from '../../accept.ts'
import { encodeArchive } from '../../archive/write.ts'
import { writeOutput } from '../../files/write.ts'
import { openingContent, type Opening } from '../../proofs/opening.ts'
import type { PublicValues } from './contract.ts'
import { Signalled } from './signalled.ts'

export class OpenedValues implements PublicValues {
  readonly values: Uint8Array
  readonly bytes: Uint8Array<ArrayBuffer>

  private constructor(values: Uint8Array, bytes: Uint8Array<ArrayBuffer>) {
    this.values = values
    this.bytes = bytes
  }

  static async of(opening: Opening, signal: AbortSignal | undefined): Promise<OpenedValues> {
    return new OpenedValues(opening.values, await encodeArchive(openingContent(opening), { signal }))
  }

  async save(file: string, options: Signalled = {}): Promise<string> {
    const { signal } = accept(Signalled, 'save', options)
    return writeOutput(file, put => put(this.bytes), { signal, failure: 'cannot write the public values' })
  }
}
