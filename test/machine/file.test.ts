/** A machine file is checked field by field; an error names file, field, what was found and what was wanted. */
import { describe, expect, test } from 'vitest'
import { RvrError } from '../../src/errors.ts'
import { defaultMachine, parseMachine, type Chip } from '../../src/machine/machine.ts'
import rv64im from '../../src/machine/rv64im.json' with { type: 'json' }

/** The shipped file with the value at a dot path replaced; undefined removes it. */
function changed(path: string, value: unknown): unknown {
  const file = structuredClone(rv64im) as unknown as Record<string, unknown>
  const keys = path.split('.')
  const last = keys.pop()!
  const place = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, file)
  if (value === undefined) delete place[last]
  else place[last] = value
  return file
}

function errorOf(data: unknown): RvrError {
  try {
    parseMachine(data, 'mine.json')
  } catch (error) {
    if (error instanceof RvrError) return error
    throw error
  }
  throw new Error('the machine was accepted')
}

const rows = (count: number): Chip[] =>
  Array.from(
    { length: count },
    (_, index) => (rv64im.chips as Chip[])[index] ?? { name: `More${index}`, width: 1, interactions: 0 },
  )

test.each([
  ['name', undefined, 'nothing', '1 to 120 letters'],
  ['name', 'a "quoted" name', String.raw`"a \"quoted\" name"`, '1 to 120 letters'],
  ['xlen', 128, '128', '32 or 64'],
  ['xlen', undefined, 'nothing', '32 or 64'],
  ['source', ' ', '" "', 'where the figures come from'],
  ['limits', undefined, 'nothing', 'an object'],
  ['limits', 7, '7', 'an object'],
  ['limits.maxTraceHeight', 0, '0', 'from 1 to 1073741824'],
  ['limits.maxTraceHeight', 2 ** 30 + 1, '1073741825', 'from 1 to 1073741824'],
  ['limits.maxMemoryBytes', 1.5, '1.5', 'from 1 to 2^53 - 1'],
  ['limits.maxMemoryBytes', 2 ** 53, '9007199254740992', 'from 1 to 2^53 - 1'],
  ['limits.maxInteractions', '2013265921', '"2013265921"', 'from 1 to 2^53 - 1'],
  ['limits.maxInteractions', 1e300, '1e+300', 'from 1 to 2^53 - 1'],
  ['limits.checkInterval', 15, '15', 'from 16 to 1000'],
  ['limits.checkInterval', 1001, '1001', 'from 16 to 1000'],
  ['limits.checkInterval', undefined, 'nothing', 'from 16 to 1000'],
  [
    'limits.speed',
    1,
    '1',
    'no field of that name; known are maxTraceHeight, maxMemoryBytes, maxInteractions, checkInterval',
  ],
  ['memory', undefined, 'nothing', 'an object'],
  ['memory.registerBytes', undefined, 'nothing', 'a power of two from 16 to 4096'],
  ['memory.registerBytes', 8, '8', 'a power of two from 16 to 4096'],
  ['memory.registerBytes', 8192, '8192', 'a power of two from 16 to 4096'],
  ['memory.leafBytes', 32, '32', '8 or 16'],
  ['memory.leafBytes', '8', '"8"', '8 or 16'],
  ['memory.rowsPerLeaf', 0, '0', '1 or 2'],
  ['memory.registerBytes', 96, '96', 'a power of two from 16 to 4096'],
  ['memory.boundary', 'Nowhere', '"Nowhere"', 'the name of a chip'],
  ['memory.merkle', 'PersistentBoundary', '"PersistentBoundary"', 'a chip of its own; memory.boundary names this one'],
  ['memory.hash', 'AddI', '"AddI"', 'neither operations nor constantHeight'],
  ['memory.hash', 'RangeTuple', '"RangeTuple"', 'neither operations nor constantHeight'],
  ['memory.hash', 3, '3', '1 to 120 letters'],
  ['chips', undefined, 'nothing', 'a list of 1 to 248 chips'],
  ['chips', {}, 'an object', 'a list of 1 to 248 chips'],
  ['chips', [], 'a list of 0', 'a list of 1 to 248 chips'],
  ['chips.3', 'MemoryMerkle', '"MemoryMerkle"', 'an object'],
  ['chips.3.name', '', '""', '1 to 120 letters'],
  ['chips.3.name', 'end */ of comment', '"end */ of comment"', '1 to 120 letters'],
  ['chips.3.name', 'Program', '"Program"', 'a name of its own; chip 0 has this one'],
  ['chips.3.width', 'wide', '"wide"', 'a whole number from 1 to 1048576'],
  ['chips.3.width', undefined, 'nothing', 'a whole number from 1 to 1048576'],
  ['chips.3.width', null, 'null', 'a whole number from 1 to 1048576'],
  ['chips.3.width', 0, '0', 'a whole number from 1 to 1048576'],
  ['chips.3.width', 2 ** 20 + 1, '1048577', 'a whole number from 1 to 1048576'],
  ['chips.3.interactions', -1, '-1', 'a whole number from 0 to 65536'],
  ['chips.3.interactions', 2 ** 16 + 1, '65537', 'a whole number from 0 to 65536'],
  ['chips.3.nextRow', 'yes', '"yes"', 'true or false'],
  ['chips.3.constantHeight', 'many', '"many"', 'a whole number from 0 to 1073741824, or "slots"'],
  ['chips.3.constantHeight', 0.5, '0.5', 'a whole number from 0 to 1073741824, or "slots"'],
  ['chips.4.constantHeight', 4, '4', 'nothing, because operations add rows'],
  ['chips.4.operations', 'divw', '"divw"', 'a list of operations'],
  ['chips.4.operations.1', 'DIVUW', '"DIVUW"', 'an operation: lower-case letters'],
  ['chips.4.operations.1', 'divw', '"divw"', 'belongs to no other chip; this one belongs to DivRemW'],
  ['chips.5.operations.3', 'divw', '"divw"', 'belongs to no other chip; this one belongs to DivRemW'],
  ['chips.3.widht', 33, '33', 'no field of that name; known are name, width,'],
] as const)('%s: %j', (field, value, found, wanted) => {
  const error = errorOf(changed(field, value))
  expect(error.code).toBe('MACHINE_INVALID')
  expect(error.message).toContain(`machine mine.json: field ${field}: found ${found}, wanted `)
  expect(error.message).toContain(wanted)
  expect(error.hint).toContain('docs/machine.md')
  expect(error.details).toEqual({ origin: 'mine.json', field, found, wanted: expect.stringContaining(wanted) })
})

test.each([
  [null, 'null'],
  [undefined, 'nothing'],
  ['rv64im', '"rv64im"'],
  [64, '64'],
])('a file that holds %j', (data, found) => {
  expect(errorOf(data).message).toBe(`machine mine.json: field (root): found ${found}, wanted an object`)
})

test('as many chips as a machine may have, more, and too few for all operations', () => {
  expect(parseMachine(changed('chips', rows(248)), 'mine.json').chips).toHaveLength(248)
  expect(errorOf(changed('chips', rows(249))).message).toBe(
    'machine mine.json: field chips: found a list of 249, wanted a list of 1 to 248 chips',
  )
  expect(errorOf(changed('chips', rows(8))).message).toContain(
    'field chips: found a list of 8, wanted a chip with operation "nop"',
  )
})

test('errors stay short and can be written as JSON', () => {
  const { message, details } = errorOf(changed('name', '"'.repeat(10_000)))
  expect(message.length).toBeLessThan(400)
  expect(() => JSON.stringify(details)).not.toThrow()
  expect(errorOf(changed('xlen', 64n)).details).toMatchObject({ found: '64' })
})

test.each([
  ['limits.maxTraceHeight', 2 ** 30],
  ['limits.checkInterval', 16],
  ['limits.maxMemoryBytes', Number.MAX_SAFE_INTEGER],
  ['memory.registerBytes', 16],
  ['memory.registerBytes', 4096],
  ['memory.leafBytes', 8],
  ['memory.rowsPerLeaf', 2],
  ['chips.3.width', 2 ** 20],
  ['chips.3.interactions', 2 ** 16],
  ['chips.0.constantHeight', 0],
  ['chips.3.name', 'VmAirWrapper<AluAdapterAir, AluCoreAir<4, 8>>'],
  ['chips.8.operations', ['mul', 'later_2.x']],
] as const)('%s may be %j', (field, value) => {
  // A chip that the memory section names follows its new name.
  const file = changed(field, value) as { memory: { merkle: string }; chips: Chip[] }
  file.memory.merkle = file.chips[3]!.name
  expect(() => parseMachine(file, 'mine.json')).not.toThrow()
})

describe('digest', () => {
  const { digest } = defaultMachine(64)

  test('does not depend on the order of fields', () => {
    const reversed = Object.fromEntries(Object.entries(rv64im).toReversed())
    const chips = rv64im.chips.map(chip => Object.fromEntries(Object.entries(chip).toReversed()))
    expect(parseMachine({ ...reversed, chips }, 'mine.json').digest).toBe(digest)
  })

  test.each([
    ['chips.8.width', 41],
    ['chips.8.interactions', 32],
    ['limits.checkInterval', 999],
    ['memory.registerBytes', 512],
    ['memory.leafBytes', 8],
    ['memory.rowsPerLeaf', 2],
    ['name', 'other'],
  ])('depends on %s', (field, value) => {
    expect(parseMachine(changed(field, value), 'mine.json').digest).not.toBe(digest)
  })

  test('a changed Machine is derived anew', () => {
    const shipped = defaultMachine(64)
    expect(parseMachine(shipped, 'mine.json')).toEqual(shipped)
    const wide = parseMachine(
      { ...shipped, chips: shipped.chips.map(chip => ({ ...chip, width: chip.width + 1 })) },
      'mine.json',
    )
    expect(wide.digest).not.toBe(digest)
    expect(wide.widths.get('mul')).toBe(41)
  })
})
