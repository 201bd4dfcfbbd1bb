/** Operations of extensions that are timed, each against the best that another library has for it. */
import type { Extension } from '../../../src/extensions/extension.ts'
import { keccak } from '../../../src/extensions/keccak/extension.ts'
import { sha2 } from '../../../src/extensions/sha2/extension.ts'
import { curveCases } from './curve-cases.ts'
import { fieldCases } from './field-cases.ts'

/** Another library that computes the same. */
export interface Rival {
  readonly name: string
  /** A header that tells whether it is installed. */
  readonly header: string
  readonly flags: readonly string[]
}

export interface CryptoCase {
  /** Name of the table's row, and of a call row of the extension. */
  readonly operation: string
  readonly extension: Extension
  /** C file in this folder that defines what timing.h asks for. */
  readonly harness: string
  readonly rival?: Rival
}

const openssl: Rival = { name: 'OpenSSL', header: 'openssl/evp.h', flags: ['-lcrypto'] }

export function cryptoCases(): CryptoCase[] {
  const keccakExtension = keccak.create({})
  const sha2Extension = sha2.create({})
  return [
    { operation: 'keccakf', extension: keccakExtension, harness: 'keccakf.c', rival: openssl },
    { operation: 'xorin', extension: keccakExtension, harness: 'xorin.c' },
    { operation: 'sha256', extension: sha2Extension, harness: 'sha256.c', rival: openssl },
    { operation: 'sha512', extension: sha2Extension, harness: 'sha512.c', rival: openssl },
    ...fieldCases(),
    ...curveCases(),
  ]
}
