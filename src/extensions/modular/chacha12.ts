/** OpenVM draws non-residues from the key stream of ChaCha with 12 rounds: key, counter and nonce are zero. */

const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const
const DOUBLE_ROUNDS = 6
const quarters = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by))

function quarterRound(x: Uint32Array, [a, b, c, d]: readonly [number, number, number, number]): void {
  for (const [left, right] of [
    [16, 12],
    [8, 7],
  ] as const) {
    x[a]! += x[b]!
    x[d] = rotate(x[d]! ^ x[a]!, left)
    x[c]! += x[d]!
    x[b] = rotate(x[b]! ^ x[c]!, right)
  }
}

/** Block number `counter` of the key stream, 16 words. */
function block(counter: number): Uint32Array {
  const start = Uint32Array.from([...SIGMA, 0, 0, 0, 0, 0, 0, 0, 0, counter, 0, 0, 0])
  const x = start.slice()
  for (let round = 0; round < DOUBLE_ROUNDS; round++) for (const quarter of quarters) quarterRound(x, quarter)
  return x.map((word, index) => word + start[index]!)
}

/** The stream's 32-bit words, one after the other. */
export function* chacha12Words(): Generator<number, never> {
  for (let counter = 0; ; counter++) yield* block(counter)
}
