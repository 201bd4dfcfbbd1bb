/** Every instruction that the guest extension-probe can execute, with random operands and results from outside this project where there are any. */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { bn254 } from '@noble/curves/bn254.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { keccakP } from '@noble/hashes/sha3.js'
import { fromLittleEndian, littleEndian } from './support.ts'
import { operation } from './probe-script.ts'

export type Random = (bound: number) => number

/** What an instruction makes of its operands. */
export interface Expected {
  /** Bytes at rd; `unspecified` where they may be any. */
  readonly memory?: Uint8Array | 'unspecified'
  readonly result?: bigint
}

export interface Operation {
  readonly name: string
  readonly code: number
  /** Bytes at rd, rs1 and rs2; 0 where the register is no address. */
  readonly sizes: readonly [rd: number, rs1: number, rs2: number]
  readonly operands: (random: Random) => readonly [rs1: Uint8Array, rs2: Uint8Array]
  /** Value of rs2 where it is none of an address. */
  readonly length?: number
  /** The operands as they are in memory, which may overlap. */
  readonly expected: (rs1: Uint8Array, rs2: Uint8Array, rd: Uint8Array) => Expected
}

export const bytesOf = (random: Random, length: number): Uint8Array => Uint8Array.from({ length }, () => random(256))
const none = new Uint8Array()

export interface Field {
  readonly p: bigint
  readonly bytes: 32 | 48
}

const field = (p: bigint): Field => ({ p, bytes: p < 1n << 256n ? 32 : 48 })
const curvePoints = [secp256k1.Point, p256.Point, bn254.G1.Point, bls12_381.G1.Point] as const
/** In the order of extension-probe.toml. */
export const moduli: readonly Field[] = [
  ...curvePoints.flatMap(point => [field(point.Fp.ORDER), field(point.Fn.ORDER)]),
  field(2n ** 61n - 1n),
  field(7n),
]
const fp2Fields: readonly Field[] = [field(bn254.G1.Point.Fp.ORDER), field(bls12_381.G1.Point.Fp.ORDER)]

export const residue = (value: bigint, p: bigint): bigint => ((value % p) + p) % p

export function power(base: bigint, exponent: bigint, p: bigint): bigint {
  let result = 1n
  for (let square = residue(base, p), rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % p)
    if ((rest & 1n) === 1n) result = (result * square) % p
  return result
}

/** Any number of the size: often at an edge, and as often too great as not. */
function anyNumber(random: Random, { p, bytes }: Field): Uint8Array {
  const top = 1n << BigInt(8 * bytes)
  const edges = [0n, 1n, p - 1n, p, p + 1n, top - 1n].filter(value => value < top)
  return random(3) === 0 ? littleEndian(edges[random(edges.length)]!, bytes) : bytesOf(random, bytes)
}

function invertible(random: Random, of: Field): Uint8Array {
  for (;;) {
    const number = anyNumber(random, of)
    if (fromLittleEndian(number) % of.p !== 0n) return number
  }
}

const signed = (value: bigint): bigint => BigInt.asIntN(256, value)
const int256: readonly [string, (a: bigint, b: bigint) => bigint][] = [
  ['add', (a, b) => a + b],
  ['sub', (a, b) => a - b],
  ['xor', (a, b) => a ^ b],
  ['or', (a, b) => a | b],
  ['and', (a, b) => a & b],
  ['sll', (a, b) => a << (b & 255n)],
  ['srl', (a, b) => a >> (b & 255n)],
  ['sra', (a, b) => signed(a) >> (b & 255n)],
  ['slt', (a, b) => (signed(a) < signed(b) ? 1n : 0n)],
  ['sltu', (a, b) => (a < b ? 1n : 0n)],
  ['mul', (a, b) => a * b],
]
const word256: Field = { p: 1n << 255n, bytes: 32 }

const int256Operations: Operation[] = [
  ...int256.map(([name, evaluate], funct7): Operation => ({
    name: `int256 ${name}`,
    code: operation(0, 5, funct7),
    sizes: [32, 32, 32],
    operands: random => [anyNumber(random, word256), anyNumber(random, word256)],
    expected: (a, b) => ({
      memory: littleEndian(BigInt.asUintN(256, evaluate(fromLittleEndian(a), fromLittleEndian(b))), 32),
    }),
  })),
  {
    name: 'beq256',
    code: operation(0, 6, 0),
    sizes: [0, 32, 32],
    operands: random => {
      const a = bytesOf(random, 32)
      const b = a.slice()
      if (random(2) === 0) b[random(32)]! ^= 1 << random(8)
      return [a, b]
    },
    expected: (a, b) => ({ result: Buffer.compare(a, b) === 0 ? 1n : 0n }),
  },
]

/** noble's compression functions: private, but they take any state. */
interface Compressor {
  get(): number[]
  set(...words: number[]): void
  process(block: DataView, offset: number): void
}

function compress(hash: unknown, state: Uint8Array, block: Uint8Array): number[] {
  const compressor = hash as Compressor
  const words = [...new Uint32Array(state.slice().buffer)]
  // Words of 64 bits are two numbers, the high one first.
  compressor.set(...(state.length === 32 ? words : words.map((_, index) => words[index ^ 1]!)))
  compressor.process(new DataView(block.slice().buffer), 0)
  const after = compressor.get()
  return state.length === 32 ? after : after.map((_, index) => after[index ^ 1]!)
}

const hashOperations: Operation[] = [
  {
    name: 'keccakf',
    code: operation(0, 4, 0),
    sizes: [200, 0, 0],
    operands: () => [none, none],
    expected: (_a, _b, state) => {
      const words = new Uint32Array(state.slice().buffer)
      keccakP(words)
      return { memory: new Uint8Array(words.buffer) }
    },
  },
  ...[0, 8, 64, 136].map((length): Operation => ({
    name: `xorin of ${length}`,
    code: operation(0, 4, 1),
    sizes: [length, length, 0],
    length,
    operands: random => [bytesOf(random, length), none],
    expected: (input, _b, buffer) => ({ memory: buffer.map((byte, index) => byte ^ input[index]!) }),
  })),
  ...(
    [
      [2, sha256, 32],
      [3, sha512, 64],
    ] as const
  ).map(([funct7, hash, size]): Operation => ({
    name: `sha${size * 8}`,
    code: operation(0, 4, funct7),
    sizes: [size, size, 2 * size],
    operands: random => [bytesOf(random, size), bytesOf(random, 2 * size)],
    expected: (state, block) => ({
      memory: new Uint8Array(Uint32Array.from(compress(hash.create(), state, block)).buffer),
    }),
  })),
]

const arithmetic: readonly [string, (a: bigint, b: bigint, p: bigint) => bigint][] = [
  ['add', (a, b) => a + b],
  ['sub', (a, b) => a - b],
  ['mul', (a, b) => a * b],
  ['div', (a, b, p) => a * power(b, p - 2n, p)],
]

const modularOperations: Operation[] = moduli.flatMap((of, index): Operation[] => {
  const { p, bytes } = of
  const code = (funct7: number, variant?: number): number => operation(1, 0, index * 8 + funct7, variant)
  const prime = (random: Random): [Uint8Array, Uint8Array] => [littleEndian(p, bytes), bytesOf(random, bytes)]
  return [
    ...arithmetic.map(([name, evaluate], funct7): Operation => ({
      name: `modular ${index} ${name}`,
      code: code(funct7),
      sizes: [bytes, bytes, bytes],
      operands: random => [anyNumber(random, of), name === 'div' ? invertible(random, of) : anyNumber(random, of)],
      expected: (a, b) => ({
        memory: littleEndian(residue(evaluate(fromLittleEndian(a), fromLittleEndian(b), p), p), bytes),
      }),
    })),
    {
      name: `modular ${index} is-equal`,
      code: code(4),
      sizes: [0, bytes, bytes],
      operands: random => {
        const a = anyNumber(random, of)
        return [a, random(2) === 0 ? littleEndian(fromLittleEndian(a) % p, bytes) : anyNumber(random, of)]
      },
      expected: (a, b) => ({ result: fromLittleEndian(a) % p === fromLittleEndian(b) % p ? 1n : 0n }),
    },
    ...[0, 1].map((variant): Operation => ({
      name: `modular ${index} setup ${variant}`,
      code: code(5, variant),
      sizes: [bytes, bytes, 0],
      operands: prime,
      expected: () => ({ memory: 'unspecified' }),
    })),
    {
      name: `modular ${index} setup 2`,
      code: code(5, 2),
      sizes: [0, bytes, 0],
      operands: prime,
      expected: () => ({ result: 0n }),
    },
  ]
})

const fp2Operations: Operation[] = fp2Fields.flatMap((of, index): Operation[] => {
  const { p, bytes } = of
  const code = (funct7: number, variant?: number): number => operation(1, 2, index * 8 + funct7, variant)
  const split = (element: Uint8Array): readonly [bigint, bigint] => [
    fromLittleEndian(element.subarray(0, bytes)),
    fromLittleEndian(element.subarray(bytes)),
  ]
  const join = (real: bigint, imaginary: bigint): Uint8Array =>
    Uint8Array.from([...littleEndian(residue(real, p), bytes), ...littleEndian(residue(imaginary, p), bytes)])
  type Pair = readonly [bigint, bigint]
  const product = ([a, b]: Pair, [c, d]: Pair): Pair => [a * c - b * d, a * d + b * c]
  const evaluate: readonly [string, (a: Pair, b: Pair) => Pair][] = [
    ['add', ([a, b], [c, d]) => [a + c, b + d]],
    ['sub', ([a, b], [c, d]) => [a - c, b - d]],
    ['mul', product],
    [
      'div',
      (a, [c, d]) => {
        const norm = power(c * c + d * d, p - 2n, p)
        return product(a, [c * norm, -d * norm])
      },
    ],
  ]
  const element = (random: Random, first: typeof anyNumber): Uint8Array =>
    Uint8Array.from([...first(random, of), ...anyNumber(random, of)])
  return [
    ...evaluate.map(([name, operate], funct7): Operation => ({
      name: `fp2 ${index} ${name}`,
      code: code(funct7),
      sizes: [2 * bytes, 2 * bytes, 2 * bytes],
      operands: random => [element(random, anyNumber), element(random, invertible)],
      expected: (a, b) => ({ memory: join(...operate(split(a), split(b))) }),
    })),
    ...[0, 1].map((variant): Operation => ({
      name: `fp2 ${index} setup ${variant}`,
      code: code(4, variant),
      sizes: [2 * bytes, 2 * bytes, 0],
      operands: () => [littleEndian(p | (p << BigInt(8 * bytes)), 2 * bytes), none],
      expected: () => ({ memory: 'unspecified' }),
    })),
  ]
})

const curveOperations: Operation[] = curvePoints.flatMap((point, index): Operation[] => {
  const { p, a } = point.CURVE()
  const { bytes } = field(p)
  type Point = InstanceType<(typeof curvePoints)[number]>
  const code = (funct7: number, variant?: number): number => operation(1, 1, index * 8 + funct7, variant)
  const encode = ({ x, y }: { x: bigint; y: bigint }): Uint8Array =>
    littleEndian(x | (y << BigInt(8 * bytes)), 2 * bytes)
  const decode = (encoded: Uint8Array): Point =>
    point.fromAffine({ x: fromLittleEndian(encoded.subarray(0, bytes)), y: fromLittleEndian(encoded.subarray(bytes)) })
  const multiple = (factor: number): Uint8Array => encode(point.BASE.multiplyUnsafe(BigInt(factor)).toAffine())
  const parameters = littleEndian(p | (a << BigInt(8 * bytes)), 2 * bytes)
  const ones = littleEndian(1n | (1n << BigInt(8 * bytes)), 2 * bytes)
  return [
    {
      name: `curve ${index} add`,
      code: code(0),
      sizes: [2 * bytes, 2 * bytes, 2 * bytes],
      operands: random => [multiple(1 + random(2 ** 15) * 2), multiple(2 + random(2 ** 15) * 2)],
      expected: (left, right) => ({
        memory: encode(
          (decode(left) as typeof secp256k1.Point.BASE).add(decode(right) as typeof secp256k1.Point.BASE).toAffine(),
        ),
      }),
    },
    {
      name: `curve ${index} double`,
      code: code(1),
      sizes: [2 * bytes, 2 * bytes, 0],
      operands: random => [multiple(1 + random(2 ** 16)), none],
      expected: left => ({ memory: encode(decode(left).double().toAffine()) }),
    },
    {
      name: `curve ${index} setup 0`,
      code: code(2, 0),
      sizes: [2 * bytes, 2 * bytes, 0],
      operands: () => [parameters, none],
      expected: () => ({ memory: 'unspecified' }),
    },
    {
      name: `curve ${index} setup 1`,
      code: code(2, 1),
      sizes: [2 * bytes, 2 * bytes, 2 * bytes],
      operands: () => [parameters, ones],
      expected: () => ({ memory: 'unspecified' }),
    },
  ]
})

export const operations: readonly Operation[] = [
  ...hashOperations,
  ...int256Operations,
  ...modularOperations,
  ...fp2Operations,
  ...curveOperations,
]
