/** A verifying key: what proofs of a guest's runs are verified with. */
import { accept } from '../../accept.ts'
import type { Archive } from '../../archive/archive.ts'
import { readArchive } from '../../archive/read.ts'
import { writeOutput } from '../../files/write.ts'
import { keyFacts, type KeyFacts } from '../../stark/key-facts.ts'
import type { ProofSet } from '../../stark/parameters.ts'
import { Signalled } from './signalled.ts'

export class VerifyingKey {
  /** Content digest, 64 hex digits: two keys are the same where their digests are. */
  readonly digest: string
  /** Undefined where no set has the key's parameters. */
  readonly set: ProofSet | undefined
  /** @internal */
  readonly facts: KeyFacts
  readonly #archive: Archive

  private constructor(archive: Archive) {
    this.facts = keyFacts(archive)
    this.digest = archive.digest!
    this.set = this.facts.set
    this.#archive = archive
  }

  /**
   * The key in a file, or that bytes are; these are copied. A key is trusted: take it from whom you trust, or make it
   * from the guest (`guest.verifyingKey`) and compare digests. All of it is checked when something is verified with it.
   *
   * @throws RvrError `IO`, `ARCHIVE_INVALID`, `ABORTED`
   */
  static async read(source: string | Uint8Array, options: Signalled = {}): Promise<VerifyingKey> {
    const { signal } = accept(Signalled, 'VerifyingKey.read', options)
    return new VerifyingKey(await readArchive(source, { content: 'vkey', signal }))
  }

  /** The whole archive: a copy. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#archive.whole)
  }

  /**
   * Writes the key to a file, which appears or changes as a whole or not at all.
   *
   * @returns the file's absolute path
   * @throws RvrError `IO`, `ABORTED`
   */
  async save(file: string, options: Signalled = {}): Promise<string> {
    const { signal } = accept(Signalled, 'save', options)
    return writeOutput(file, put => put(this.bytes), { signal, failure: 'cannot write the key' })
  }
}
