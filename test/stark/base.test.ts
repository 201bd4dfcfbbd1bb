/** Field, extension, hashes and transcript in C: the specification's vectors, and the same in BigInt. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { randomSource } from '../support/random.ts'
import { compilers, programs } from './compiled.ts'

const P = 2013265921n
const compile = programs()

const mod = (a: bigint): bigint => ((a % P) + P) % P

function power(a: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let base = mod(a), left = exponent; left > 0n; left >>= 1n, base = mod(base * base))
    if (left & 1n) result = mod(result * base)
  return result
}

const inverse = (a: bigint): bigint => power(a, P - 2n)

function product(a: readonly bigint[], b: readonly bigint[]): bigint[] {
  const sums = [0n, 0n, 0n, 0n]
  for (const [i, x] of a.entries()) {
    for (const [j, y] of b.entries()) sums[(i + j) % 4]! += x * y * (i + j >= 4 ? 11n : 1n)
  }
  return sums.map(mod)
}

const words = (hex: string): string => {
  const view = Buffer.from(hex, 'hex')
  return Array.from({ length: hex.length / 8 }, (_, at) => view.readUInt32LE(4 * at)).join(' ')
}

/** Commands of base.c, and what each has to say. */
type Line = readonly [command: string, args: readonly (number | bigint)[], answer: string]

/** Of the specification. */
const vectors: readonly Line[] = [
  ['root', [1, 1], '2013265920 1'],
  ['root', [2, 1], '1728404513 2'],
  ['root', [3, 6], '1592366214 3'],
  ['root', [27, 1], '440564289 67108864'],
  ['mul', [1, 2, 3, 4, 5, 6, 7, 8], '676 588 386 60'],
  ['inv', [1, 2, 3, 4], '1587469345 920666518 1160282443 647153706'],
  ['node', [], words('f909fae81ac8486789b0bcdac811fb8847b097b5080a160a737597052c2cfb42')],
  ['leaf', [1, 2, 3], words('ec4c08bd5e689012be5fafa48cec66d931c5870d91eff67ff57657e881d2356b')],
  ['begin', [], '4280036984 3022054817 2851179620 1107718692 851899045 3623798797 971011862 1688518426'],
  ['absorb', [1, 40], words('442bf2e43732b4923db206297b117fde6ed68095e7cea449face798e2acfe4ae')],
  ['elements', [5, 2], '1451281332 1995118584 217835829 672778241 994682522 1074175266 232726534 1610418151'],
  ['indices', [16, 20, 10], '287832 371995 115817 843859 459143 224806 673881 601181 962028 375892'],
  ['state', [], words('cd80ff0593305dd8e7040610bbaa48c925e5b0b52293bd110bf0734dedf854ad')],
  ['grind', [12, 8], '41'],
  ['work', [12, 0, 1], '0'],
  ['work', [12, 0, 0], '1'],
]

function randomLines(): Line[] {
  const random = randomSource(7)
  const edges = [0n, 1n, 2n, P - 1n, P - 2n, P / 2n]
  const element = (): bigint => (random(4) === 0 ? edges[random(edges.length)]! : BigInt(random(Number(P))))
  const word = (): bigint => (random(4) === 0 ? 2n ** 32n - 1n : BigInt(random(2 ** 32)))
  return Array.from({ length: 200 }).flatMap((): Line[] => {
    const [a, b] = [element(), element()]
    const montgomery = power(2n ** 32n, 1n)
    const redc = mod(a * b * inverse(montgomery))
    const field = [a + b, a - b, -a, a * b, redc, a * montgomery, inverse(a), power(a, b)].map(mod)
    const [low, high] = [word(), word()]
    const x = Array.from({ length: 4 }, element)
    const y = Array.from({ length: 4 }, element)
    const each = (of: (a: bigint, b: bigint) => bigint): string => x.map((_, at) => mod(of(x[at]!, y[at]!))).join(' ')
    const isZero = x.every(each => each === 0n)
    return [
      ['field', [a, b], field.join(' ')],
      ['reduce', [low, high], `${mod((high << 32n) + low)}`],
      ['add', [...x, ...y], each((p, q) => p + q)],
      ['sub', [...x, ...y], each((p, q) => p - q)],
      ['neg', x, each(p => -p)],
      ['mul', [...x, ...y], product(x, y).join(' ')],
      ['scale', [...x, y[0]!], each(p => p * y[0]!)],
      ['pow', [...x, 3], product(product(x, x), x).join(' ')],
      ...(isZero ? [] : [['inverse', [...x], '1 0 0 0'] as Line]),
    ]
  })
}

/** What the program says to each line. */
function answers(program: string, lines: readonly Line[]): string[] {
  const input = lines.map(([command, args]) => [command, args.length, ...args].join(' ')).join('\n')
  const { status, stdout, stderr } = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 2 ** 26 })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.trimEnd().split('\n')
}

// Words of 32 bits alone, as guests of RV32 have them, too.
const widths = [{ options: [] }, { options: ['-DF_NARROW'] }]

test.each(compilers.flatMap((compiler, at) => ({ compiler, ...widths[at]! })))(
  'vectors of the specification, and arithmetic as in BigInt: $compiler $options',
  ({ compiler, options }) => {
    const program = compile(compiler, ['test/stark/base.c'], options)
    const lines = [...vectors, ...randomLines()]
    expect(answers(program, lines)).toEqual(lines.map(([, , answer]) => answer))
  },
)
