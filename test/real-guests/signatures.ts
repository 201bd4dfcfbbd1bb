/** Signatures for the guest secp-verify, some of them spoilt, and the verdicts of another implementation. */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { randomSource } from '../support/random.ts'

export interface SignatureRecord {
  readonly hash: Uint8Array
  /** r and s. */
  readonly signature: Uint8Array
  /** Compressed. */
  readonly publicKey: Uint8Array
}

const ORDER = secp256k1.Point.Fn.ORDER
const valueOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const bytesOf = (value: bigint): Uint8Array => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
const flipped = (bytes: Uint8Array, index: number): Uint8Array =>
  bytes.map((byte, at) => (at === index ? byte ^ 1 : byte))

/** Ways to spoil a record; what the verdict is then is the witness's to say. */
const spoils: readonly ((record: SignatureRecord) => SignatureRecord)[] = [
  record => ({ ...record, hash: flipped(record.hash, 31) }),
  record => ({ ...record, signature: flipped(record.signature, 31) }),
  record => ({ ...record, signature: flipped(record.signature, 63) }),
  record => ({ ...record, publicKey: flipped(record.publicKey, 0) }),
  record => ({ ...record, publicKey: flipped(record.publicKey, 32) }),
  record => ({ ...record, publicKey: Uint8Array.of(5, ...record.publicKey.subarray(1)) }),
  // The other s of the same signature: valid by the equation, refused as malleable.
  record => ({
    ...record,
    signature: Uint8Array.of(
      ...record.signature.subarray(0, 32),
      ...bytesOf(ORDER - valueOf(record.signature.subarray(32))),
    ),
  }),
  record => ({ ...record, signature: Uint8Array.of(...record.signature.subarray(0, 32), ...bytesOf(0n)) }),
  record => ({ ...record, signature: Uint8Array.of(...bytesOf(ORDER), ...record.signature.subarray(32)) }),
  record => ({ ...record, signature: Uint8Array.of(...bytesOf(ORDER + 1n), ...record.signature.subarray(32)) }),
]

/** Records that are valid, with every kind of spoilt one among them when there are enough: every `spoilEach`-th. */
export function signatureRecords(count: number, seed: number, spoilEach = 3): SignatureRecord[] {
  const random = randomSource(seed)
  const randomBytes = (): Uint8Array => Uint8Array.from({ length: 32 }, () => random(256))
  return Array.from({ length: count }, (_, index) => {
    const secretKey = randomBytes()
    const hash = randomBytes()
    const record = {
      hash,
      signature: secp256k1.sign(hash, secretKey, { prehash: false }),
      publicKey: secp256k1.getPublicKey(secretKey),
    }
    return index % spoilEach === spoilEach - 1 ? spoils[Math.floor(index / spoilEach) % spoils.length]!(record) : record
  })
}

/** The guest's standard input. */
export function inputOf(records: readonly SignatureRecord[]): Uint8Array {
  const count = new Uint8Array(4)
  new DataView(count.buffer).setUint32(0, records.length, true)
  return Buffer.concat([count, ...records.flatMap(({ hash, signature, publicKey }) => [hash, signature, publicKey])])
}

function verdictOf({ hash, signature, publicKey }: SignatureRecord): string {
  try {
    secp256k1.Point.fromBytes(publicKey)
  } catch {
    return 'no public key'
  }
  // libsecp256k1 reads any r and s below the order, zero too, and finds such a signature invalid later.
  const [r, s] = [valueOf(signature.subarray(0, 32)), valueOf(signature.subarray(32))]
  if (r >= ORDER || s >= ORDER) return 'no signature'
  try {
    return secp256k1.verify(signature, hash, publicKey, { prehash: false, lowS: true }) ? 'valid' : 'invalid'
  } catch {
    return 'invalid'
  }
}

/** What the guest prints after one round, if the witness is right. */
export function expectedOutput(records: readonly SignatureRecord[]): string {
  const verdicts = records.map(verdictOf)
  return [
    ...verdicts.map((verdict, index) => `${index} ${verdict}`),
    `${verdicts.filter(verdict => verdict === 'valid').length} valid of ${records.length}`,
    '',
  ].join('\n')
}
