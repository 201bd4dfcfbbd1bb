/** The chips of every shipped extension have the widths, interactions and marks of the prover's own tables. */
import { describe, expect, test } from 'vitest'
import { guestAbi } from '../../src/extensions/registry.ts'
import { withChips } from '../../src/machine/chips.ts'
import { defaultMachine, type Machine } from '../../src/machine/machine.ts'

const SECP256K1 = 2n ** 256n - 2n ** 32n - 977n
const BN254 = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n
const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const MERSENNE = 2n ** 61n - 1n
const BLS12_381 = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
const MODULI = [SECP256K1, BN254, P256, BLS12_381, MERSENNE]

async function machineWith(
  tables: Readonly<Record<string, unknown>> | undefined,
  xlen: 32 | 64 = 64,
): Promise<Machine> {
  const { extensions } = await guestAbi({ name: 'openvm', ...(tables && { config: { origin: '<test>', tables } }) })
  return withChips(defaultMachine(xlen), extensions)
}

/** `width/interactions`, † where the chip reads the next row, by name. */
const figuresOf = ({ chips }: Machine): Record<string, string> =>
  Object.fromEntries(
    chips.map(({ name, width, interactions, nextRow }) => [
      name,
      `${width}/${interactions}${nextRow === true ? ' †' : ''}`,
    ]),
  )

test('extensions that need no configuration', async () => {
  const machine = await machineWith(undefined)
  expect(figuresOf(machine)).toMatchObject({
    KeccakfOp: '258/110',
    KeccakfPerm: '2634/2 †',
    Xorin: '543/357',
    Sha2Main256: '131/85 †',
    Sha2BlockHasher256: '456/29 †',
    Sha2Main512: '243/149 †',
    Sha2BlockHasher512: '903/53 †',
    Int256AddSub: '107/82',
    Int256LessThan: '111/69',
    Int256ShiftLogical: '172/99',
    Int256ShiftRightArith: '170/100',
    Int256Bitwise: '156/98',
    Int256Mul: '154/130',
    Int256BranchEq: '80/45',
  })
  const chipOf = (operation: string): string => machine.chips[machine.chipIndex.get(operation)!]!.name
  expect(['int256_sra', 'int256_sll', 'int256_srl'].map(chipOf)).toEqual([
    'Int256ShiftRightArith',
    'Int256ShiftLogical',
    'Int256ShiftLogical',
  ])
})

test('modular arithmetic by size of the modulus', async () => {
  const figures = figuresOf(await machineWith({ modular: { supported_moduli: MODULI.map(String) } }))
  const wanted = MODULI.map(modulus => {
    if (modulus === BLS12_381) return ['145/67', '273/187', '369/283']
    return ['105/51', ...(modulus === MERSENNE ? ['213/155', '277/219'] : ['189/131', '253/195'])]
  })
  const found = MODULI.map((_, index) =>
    ['IsEqual', 'AddSub', 'MulDiv'].map(chip => figures[`Modular${chip}[${index}]`]),
  )
  expect(found).toEqual(wanted)
})

test('Fp2 and curves by size of the modulus', async () => {
  const fields = [BN254, BLS12_381]
  const curve = (modulus: bigint, a: bigint, b: bigint): object => ({
    struct_name: 'Point',
    modulus: `${modulus}`,
    scalar: '7',
    a: `${a}`,
    b: `${b}`,
  })
  const figures = figuresOf(
    await machineWith({
      fp2: { supported_moduli: fields.map((modulus, index) => [`F${index}`, `${modulus}`]) },
      ecc: { supported_curves: [curve(SECP256K1, 0n, 7n), curve(P256, P256 - 3n, 41n), curve(BLS12_381, 0n, 4n)] },
    }),
  )
  expect(figures).toMatchObject({
    'Fp2AddSub[0]': '358/244',
    'Fp2MulDiv[0]': '486/372',
    'Fp2AddSub[1]': '526/356',
    'Fp2MulDiv[1]': '718/548',
    'EcAddNe[0]': '614/501',
    'EcDouble[0]': '529/464',
    'EcAddNe[1]': '614/501',
    'EcDouble[1]': '529/464',
    'EcAddNe[2]': '910/741',
    'EcDouble[2]': '978/881',
  })
})

describe('the table of pairs', () => {
  const heightOf = ({ chips }: Machine): unknown => chips.find(({ name }) => name === 'RangeTuple')!.constantHeight

  test.each([
    [64, 2 ** 20],
    [32, 2 ** 19],
  ] as const)('RV%i: higher with int256', async (xlen, plain) => {
    expect(heightOf(await machineWith({ keccak: {} }, xlen))).toBe(plain)
    expect(heightOf(await machineWith(undefined, xlen))).toBe(2 ** 21)
    expect(heightOf(await machineWith({ bigint: {} }, xlen))).toBe(2 ** 21)
  })

  test('a machine file that knows the operations, or has a higher table, keeps its own', async () => {
    const { extensions } = await guestAbi({ name: 'openvm', config: { origin: '<test>', tables: { bigint: {} } } })
    const own = {
      name: 'Own',
      width: 1,
      interactions: 1,
      operations: extensions.find(({ name }) => name === 'int256')!.rows.map(row => row.name),
    }
    expect(heightOf(withChips(withChips(defaultMachine(64), [{ chips: [own] }]), extensions))).toBe(2 ** 20)
    const machine = defaultMachine(64)
    const chips = machine.chips.map(chip => (chip.name === 'RangeTuple' ? { ...chip, constantHeight: 2 ** 22 } : chip))
    expect(heightOf(withChips({ ...machine, chips }, extensions))).toBe(2 ** 22)
  })
})
