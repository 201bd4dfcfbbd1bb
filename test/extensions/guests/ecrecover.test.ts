/** The guest ecrecover: signatures made by noble, RFC 6979's way, valid and not; the addresses are those of the keys. */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, test } from 'vitest'
import { useRvr } from '../../run/support.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { bigEndian, fromLittleEndian, heldAt, loadGuest, modes, runModes } from './support.ts'

const { n, p } = secp256k1.Point.CURVE()

interface Signature {
  readonly hash: Uint8Array
  readonly v: bigint
  readonly r: bigint
  readonly s: bigint
}

const encode = ({ hash, v, r, s }: Signature): Uint8Array =>
  Uint8Array.from([...hash, ...bigEndian(v, 32), ...bigEndian(r, 32), ...bigEndian(s, 32)])
const addressOf = (key: Uint8Array): string =>
  `0x${Buffer.from(keccak_256(key.subarray(1)).subarray(12)).toString('hex')}`

function sign(secret: bigint, message: string): { readonly signature: Signature; readonly address: string } {
  const key = bigEndian(secret, 32)
  const hash = sha256(Buffer.from(message))
  const { r, s, recovery } = secp256k1.Signature.fromBytes(
    secp256k1.sign(hash, key, { prehash: false, format: 'recovered' }),
    'recovered',
  )
  return {
    signature: { hash, v: 27n + BigInt(recovery!), r, s },
    address: addressOf(secp256k1.getPublicKey(key, false)),
  }
}

/** Key and message of known vectors for deterministic nonces on this curve, with the r and s that they give. */
const vectors = [
  {
    secret: 1n,
    message: 'Satoshi Nakamoto',
    r: 0x934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8n,
    s: 0x2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5n,
  },
  {
    secret: 1n,
    message: 'All those moments will be lost in time, like tears in rain. Time to die...',
    r: 0x8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6bn,
    s: 0x547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21n,
  },
  {
    secret: n - 1n,
    message: 'Satoshi Nakamoto',
    r: 0xfd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0n,
    s: 0x6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5n,
  },
]
const signed = vectors.map(({ secret, message }) => sign(secret, message))
const more = [
  sign(0xf8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181n, 'Alan Turing'),
  sign(0x1234n, ''),
]

const [{ signature }] = signed as [(typeof signed)[number]]
/** No point of the curve has this x. */
const offCurve = Array.from({ length: 20 }, (_, x) => BigInt(x + 1)).find(x => {
  const square = (x ** 3n + 7n) % p
  try {
    secp256k1.Point.Fp.sqrt(square)
    return false
  } catch {
    return true
  }
})!
/** s and hash for which the key would be the point at infinity: s·R = hash·G where R = G. */
const generatorX = secp256k1.Point.BASE.toAffine().x
const generatorOdd = secp256k1.Point.BASE.toAffine().y & 1n
const invalid: readonly Signature[] = [
  { ...signature, r: 0n },
  { ...signature, s: 0n },
  { ...signature, r: n },
  { ...signature, s: n },
  { ...signature, s: 2n ** 256n - 1n },
  { ...signature, v: 26n },
  { ...signature, v: 29n },
  { ...signature, v: 27n + 2n ** 64n },
  { ...signature, r: offCurve },
  { hash: bigEndian(5n, 32), v: 27n + generatorOdd, r: generatorX, s: 5n },
]
/** The nonce was 1 or −1, so sums meet equal or opposite points. */
const special: readonly Signature[] = [
  { hash: bigEndian(5n, 32), v: 27n + generatorOdd, r: generatorX, s: 6n },
  { hash: bigEndian(5n, 32), v: 28n - generatorOdd, r: generatorX, s: 6n },
  { hash: bigEndian(0n, 32), v: 27n, r: generatorX, s: 1n },
  { hash: bigEndian(n, 32), v: 28n, r: generatorX, s: n - 1n },
  { ...signature, s: n - signature.s, v: 55n - signature.v },
]

const recovered = ({ hash, v, r, s }: Signature): string =>
  addressOf(new secp256k1.Signature(r, s, Number(v) - 27).recoverPublicKey(hash).toBytes(false))

test('noble signs as the vectors say', () => {
  for (const [index, { r, s }] of vectors.entries()) expect(signed[index]!.signature).toMatchObject({ r, s })
})

describe.each([
  [32, ['metered']],
  [64, isExhaustive ? modes : ['pure', 'metered-cost']],
] as const)('RV%i', (xlen, inModes) => {
  const held = heldAt(xlen, 64)
  // One width is optimised.
  const holder = useRvr('shared', xlen === 32 ? undefined : 'quick')
  const check = async (
    signatures: readonly Signature[],
    addresses: readonly (string | undefined)[],
  ): Promise<bigint> => {
    const guest = await loadGuest(holder.rvr, 'ecrecover', xlen)
    const answers = addresses.map(address =>
      address === undefined ? new Uint8Array(32) : bigEndian(BigInt(address), 32),
    )
    return await runModes(
      guest,
      { inputs: [Uint8Array.from(signatures.flatMap(each => [...encode(each)]))] },
      ({ run, text }) => {
        expect(run.outcome, run.trap?.message).toBe('terminated')
        expect(run.exitCode).toBe(0)
        expect(text.split('\n').slice(0, -1)).toEqual(addresses.map(address => address ?? 'invalid'))
        expect(Buffer.from(run.publicValues.subarray(0, 32)).toString('hex')).toBe(
          Buffer.from(keccak_256(Buffer.concat(answers))).toString('hex'),
        )
        const valid = addresses.reduce(
          (bits, address, index) => (address === undefined ? bits : bits | (1n << BigInt(index))),
          0n,
        )
        expect(fromLittleEndian(run.publicValues.subarray(32, 40))).toBe(valid)
        return run.instret
      },
      inModes,
      held,
    )
  }

  test('five signatures', async () => {
    const all = [...signed, ...more]
    await check(
      all.map(each => each.signature),
      all.map(each => each.address),
    )
  })

  test('invalid signatures among valid ones', async () => {
    await check(
      [...invalid, signature, ...special],
      [...invalid.map(() => undefined), signed[0]!.address, ...special.map(recovered)],
    )
  })

  test('no signatures', () => check([], []))

  test('a record of another size is refused', async () => {
    const guest = await loadGuest(holder.rvr, 'ecrecover', xlen)
    expect(await runModes(guest, { inputs: [new Uint8Array(127)] }, ({ run }) => run.exitCode, inModes, held)).toBe(1)
  })
})
