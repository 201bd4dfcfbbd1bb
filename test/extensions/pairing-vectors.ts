/** Published inputs of Ethereum's pairing precompiles (EIP-197, EIP-2537), as pairs of points. */
import type { PointPair } from '../../src/extensions/pairing/miller-loop.ts'

export interface PairingVector {
  readonly name: string
  readonly pairs: readonly PointPair[]
  /** Is the product of the pairings 1? */
  readonly one: boolean
}

/**
 * Six hexadecimal numbers a pair: a point of G1, then one of G2, the parts of whose coordinates come in the given
 * order.
 */
function vector(
  name: string,
  one: boolean,
  words: readonly string[],
  [real, imaginary]: readonly [number, number],
): PairingVector {
  const all = words.map(word => BigInt(`0x${word}`))
  const pairs = Array.from({ length: all.length / 6 }, (_, pair): PointPair => {
    const at = (index: number): bigint => all[6 * pair + index]!
    return {
      g1: { x: at(0), y: at(1) },
      g2: { x: [at(2 + real), at(2 + imaginary)], y: [at(4 + real), at(4 + imaginary)] },
    }
  })
  return { name, one, pairs }
}

const eip197 = (name: string, one: boolean, words: readonly string[]): PairingVector => vector(name, one, words, [1, 0])
const eip2537 = (name: string, one: boolean, words: readonly string[]): PairingVector =>
  vector(name, one, words, [0, 1])

const BN_G2 = [
  '198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2',
  '1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed',
  '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b',
  '12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
]
const BN_MINUS_G2 = [
  ...BN_G2.slice(0, 2),
  '275dc4a288d1afb3cbb1ac09187524c7db36395df7be3b99e673b13a075a65ec',
  '1d9befcd05a5323e6da4d435f3b617cdb3af83285c2df711ef39c01571827f9d',
]
const JEFF = [
  '1c76476f4def4bb94541d57ebba1193381ffa7aa76ada664dd31c16024c43f59',
  '3034dd2920f673e204fee2811c678745fc819b55d3e9d294e45c9b03a76aef41',
  '209dd15ebff5d46c4bd888e51a93cf99a7329636c63514396b4a452003a35bf7',
  '04bf11ca01483bfa8b34b43561848d28905960114c8ac04049af4b6315a41678',
  '2bb8324af6cfc93537a2ad1a445cfd0ca2a71acd7ac41fadbf933c2a51be344d',
  '120a2a4cf30c1bf9845f20c6fe39e07ea2cce61f0c9bb048165fe5e4de877550',
  '111e129f1cf1097710d41c4ac70fcdfa5ba2023c6ff1cbeac322de49d1b6df7c',
]

export const bn254Vectors: readonly PairingVector[] = [
  eip197('jeff1', true, [...JEFF, '2032c61a830e3c17286de9462bf242fca2883585b93870a73853face6a6bf411', ...BN_G2]),
  eip197('jeff6', false, [...JEFF, '103188585e2364128fe25c70558f1560f4f9350baf3959e603cc91486e110936', ...BN_G2]),
  eip197('one_point', false, ['1', '2', ...BN_G2]),
  eip197('two_point_match_2', true, ['1', '2', ...BN_G2, '1', '2', ...BN_MINUS_G2]),
]

const BLS_2_G1 = [
  '0572cbea904d67468808c8eb50a9450c9721db309128012543902d0ac358a62ae28f75bb8f1c7c42c39a8c5529bf0f4e',
  '166a9d8cabc673a322fda673779d8e3822ba3ecb8670e461f73bb9021d5fd76a4c56d9d4cd16bd1bba86881979749d28',
]
const BLS_3_G2 = [
  '122915c824a0857e2ee414a3dccb23ae691ae54329781315a0c75df1c04d6d7a50a030fc866f09d516020ef82324afae',
  '09380275bbc8e5dcea7dc4dd7e0550ff2ac480905396eda55062650f8d251c96eb480673937cc6d9d6a44aaa56ca66dc',
  '0b21da7955969e61010c7a1abc1a6f0136961d1e3b20b1a7326ac738fef5c721479dfd948b52fdf2455e44813ecfd892',
  '08f239ba329b3967fe48d718a36cfe5f62a7e42e0bf1c1ed714150a166bfbd6bcf6b3b58b975b9edea56d53f23a0e849',
]
const BLS_MINUS_6_G1 = [
  '06e82f6da4520f85c5d27d8f329eccfa05944fd1096b20734c894966d12a9e2a9a9744529d7212d33883113a0cadb909',
  '17d81038f7d60bee9110d9c0d6d1102fe2d998c957f28e31ec284cc04134df8e47e8f82ff3af2e60a6d9688a4563477c',
]
const BLS_MINUS_5_G1 = [
  '10e7791fb972fe014159aa33a98622da3cdc98ff707965e536d8636b5fcc5ac7a91a8c46e59a00dca575af0f18fb13dc',
  '16ba437edcc6551e30c10512367494bfb6b01cc6681e8a4c3cd2501832ab5c4abc40b4578b85cbaffbf0bcd70d67c6e2',
]
const BLS_G2 = [
  '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8',
  '13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e',
  '0d1b3cc2c7027888be51d9ef691d77bcb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa',
  '13fa4d4a0ad8b1ce186ed5061789213d993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed',
]

export const bls12381Vectors: readonly PairingVector[] = [
  eip2537('e(2*G1,3*G2)=e(6*G1,G2)', true, [...BLS_2_G1, ...BLS_3_G2, ...BLS_MINUS_6_G1, ...BLS_G2]),
  eip2537('e(2*G1,3*G2)=e(5*G1,G2)', false, [...BLS_2_G1, ...BLS_3_G2, ...BLS_MINUS_5_G1, ...BLS_G2]),
]
