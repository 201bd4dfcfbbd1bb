/** The permutation keccak-f[1600] of FIPS 202, the reference for ffi/keccak/keccakf.c. */

export const STATE_BYTES = 200
const ROUNDS = 24
const LANES = 25

/** Lane (x, y) of the state. */
const lane = (x: number, y: number): number => (x % 5) + 5 * (y % 5)

/** Where rho and pi together take each lane, and by how many bits rho turns it. */
const moves = ((): readonly { readonly from: number; readonly to: number; readonly by: number }[] => {
  const found = [{ from: 0, to: 0, by: 0 }]
  for (let t = 0, x = 1, y = 0; t < ROUNDS; t++) {
    found.push({ from: lane(x, y), to: lane(y, 2 * x + 3 * y), by: (((t + 1) * (t + 2)) / 2) % 64 })
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
  }
  return found
})()

/** The constants of iota: bit 2^j - 1 of round i is output 7i + j of a shift register of 8 bits. */
const constants = ((): readonly bigint[] => {
  let register = 1
  return Array.from({ length: ROUNDS }, () => {
    let constant = 0n
    for (let j = 0; j < 7; j++) {
      if ((register & 1) !== 0) constant |= 1n << BigInt(2 ** j - 1)
      register = (register << 1) ^ ((register & 0x80) === 0 ? 0 : 0x171)
    }
    return constant
  })
})()

/** A 64-bit lane as two halves of 32 bits: `low[i]` and `high[i]`. */
interface Lanes {
  readonly low: Uint32Array
  readonly high: Uint32Array
}

const lanes = (count: number): Lanes => ({ low: new Uint32Array(count), high: new Uint32Array(count) })

type Lane = readonly [low: number, high: number]

const laneOf = ({ low, high }: Lanes, index: number): Lane => [low[index]!, high[index]!]

/** `to[index] ^= lane`, turned left by `by` bits. */
function xorTurned(to: Lanes, index: number, lane: Lane, by: number): void {
  const [low, high] = by < 32 ? lane : [lane[1], lane[0]]
  const bits = by % 32
  to.low[index]! ^= bits === 0 ? low : (low << bits) | (high >>> (32 - bits))
  to.high[index]! ^= bits === 0 ? high : (high << bits) | (low >>> (32 - bits))
}

function theta(state: Lanes): void {
  const parity = lanes(5)
  for (let index = 0; index < LANES; index++) xorTurned(parity, index % 5, laneOf(state, index), 0)
  for (let index = 0; index < LANES; index++) {
    xorTurned(state, index, laneOf(parity, (index + 4) % 5), 0)
    xorTurned(state, index, laneOf(parity, (index + 1) % 5), 1)
  }
}

function rhoPi(state: Lanes): Lanes {
  const moved = lanes(LANES)
  for (const { from, to, by } of moves) xorTurned(moved, to, laneOf(state, from), by)
  return moved
}

function chi(state: Lanes): Lanes {
  const result = lanes(LANES)
  for (let y = 0; y < 5; y++) {
    for (let x = 0; x < 5; x++) {
      const [a, b, c] = [lane(x, y), lane(x + 1, y), lane(x + 2, y)]
      result.low[a] = state.low[a]! ^ (~state.low[b]! & state.low[c]!)
      result.high[a] = state.high[a]! ^ (~state.high[b]! & state.high[c]!)
    }
  }
  return result
}

/** Permutes the 200 bytes at `bytes`: 25 little-endian lanes of 64 bits. */
export function keccakF1600(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, STATE_BYTES)
  let state = lanes(LANES)
  for (let index = 0; index < LANES; index++) {
    state.low[index] = view.getUint32(8 * index, true)
    state.high[index] = view.getUint32(8 * index + 4, true)
  }
  for (const constant of constants) {
    theta(state)
    state = chi(rhoPi(state))
    state.low[0]! ^= Number(constant & 0xffffffffn)
    state.high[0]! ^= Number(constant >> 32n)
  }
  for (let index = 0; index < LANES; index++) {
    view.setUint32(8 * index, state.low[index]!, true)
    view.setUint32(8 * index + 4, state.high[index]!, true)
  }
}
