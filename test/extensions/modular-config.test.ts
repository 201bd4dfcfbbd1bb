/** Configuration of the extension modular: what it takes, and errors that name the field. */
import { expect, test } from 'vitest'
import { modular } from '../../src/extensions/modular/extension.ts'

const LIST = 'app_vm_config.modular.supported_moduli'

test.each([
  ['nothing', {}, LIST],
  ['no list', { supported_moduli: '17' }, LIST],
  ['more moduli than the instructions can name', { supported_moduli: Array.from({ length: 17 }, () => '17') }, LIST],
  ['a number instead of a string', { supported_moduli: ['17', 19] }, `${LIST}.1`],
  ['a text that is no number', { supported_moduli: ['17', '19', 'p'] }, `${LIST}.2`],
  ['a negative number', { supported_moduli: ['-17'] }, `${LIST}.0`],
  ['an empty text', { supported_moduli: [''] }, `${LIST}.0`],
  ['an even number', { supported_moduli: ['17', '0x12'] }, `${LIST}.1`],
  ['one', { supported_moduli: ['1'] }, `${LIST}.0`],
  ['385 bits', { supported_moduli: [`0x1${'0'.repeat(95)}1`] }, `${LIST}.0`],
])('%s is refused', (_, table, field) => {
  expect(() => modular.create(table)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', details: expect.objectContaining({ field }) as unknown }),
  )
})

test('decimal and hexadecimal say the same, and the number of bits decides on the size of elements', () => {
  const files = (text: string): unknown => modular.create({ supported_moduli: [text] }).files
  expect(files('0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F')).toEqual(
    files('115792089237316195423570985008687907853269984665640564039457584007908834671663'),
  )
  const bytes = (p: bigint): unknown =>
    modular
      .create({ supported_moduli: [p.toString()] })
      .rows.flatMap(row =>
        row.kind === 'call' && row.name === 'modular_0_add'
          ? row.operands.map(operand => ('bytes' in operand ? operand.bytes : 0))
          : [],
      )
  expect(bytes(2n ** 256n - 1n)).toEqual([32, 32, 32])
  expect(bytes(2n ** 256n + 1n)).toEqual([48, 48, 48])
  expect(modular.create({ supported_moduli: [] }).rows).toEqual([])
  expect(modular.create({ supported_moduli: Array.from({ length: 16 }, () => '17') }).rows).toHaveLength(160)
})

test('without a configuration the extension is off', () => {
  expect(modular.implied).toBeUndefined()
})
