/** What is wrong with an extension of one's own is told with what, where and what next. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LoadOptions, RvrError } from '../../../src/index.ts'
import { errorOf, program, useRvr } from '../../run/support.ts'
import { CRC32, crc32Word } from './crc32-guest.ts'

const host = useRvr('own')
let base: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'rvr-own-'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

const elf = program(64, code =>
  code
    .li('a1', 8)
    .word(crc32Word('a0', 'a1', 'a1'))
    .op('terminate'),
)

/** A folder with a module whose default export is this expression, and further files. */
async function folder(exported: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = await mkdtemp(join(base, 'extension-'))
  await writeFile(join(path, 'extension.mjs'), exported.startsWith('throw') ? exported : `export default ${exported}`)
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
  return path
}

/** The crc32 instruction in JavaScript, with changes; its C is a constant. */
const call = (changes = ''): string =>
  `{ kind: 'call', format: 'R', name: 'crc32', mask: 0xfe00707f, match: 0x5b, operands: [{ register: 'rs1', access: 'value' }], result: 'register', c: 'own_crc', execute: () => ({ result: 5n })${changes === '' ? '' : `, ${changes}`} }`
const own = (rows: string, more = ''): string => `{ name: 'own', rows: [${rows}]${more === '' ? '' : `, ${more}`} }`
const C = '#include <stdint.h>\nint own_crc(uint64_t value, uint64_t *result) { *result = 5; return 1; }\n'

async function refusal(extensions: readonly string[], options: LoadOptions = {}): Promise<RvrError> {
  const error = await errorOf(host.rvr.load(elf, { extensions, ...options }))
  expect(error.hint).toBeTruthy()
  return error
}

test('the module that these tests change is acceptable', async () => {
  const guest = await host.rvr.load(elf, {
    extensions: [await folder(own(call(), "sources: ['own.c']"), { 'own.c': C })],
  })
  using run = await (await guest.compile('pure')).execute()
  expect(run).toMatchObject({ outcome: 'terminated', exitCode: 0 })
  expect(run.registers[10]).toBe(5n)
})

describe('fields', () => {
  const cases: readonly (readonly [what: string, exported: string, says: RegExp])[] = [
    ['nothing', '{}', /field name/],
    ['a default export that is none', '5', /default export/],
    ['a bad name', "{ name: 'Own!', rows: [] }", /field name: a lower-case letter/],
    ['no rows', own(''), /field rows/],
    ['an unknown kind', own(call("kind: 'alu'")), /field rows\.0\.kind: a row of kind call or host/],
    [
      'a register that is none',
      own(call("operands: [{ register: 'rs3', access: 'value' }]")),
      /field rows\.0\.operands/,
    ],
    [
      'too many bytes',
      own(call("operands: [{ register: 'rs1', access: 'read', bytes: 5000 }]")),
      /field rows\.0\.operands/,
    ],
    ['a C name that is none', own(call("c: 'own crc'")), /field rows\.0\.c: a C identifier/],
    [
      'a C name of generated code',
      own(call("c: 'r_00200800'")),
      /field rows\.0\.c: a C identifier that begins with none of r_/,
    ],
    ['no reference semantics', own(call('execute: 5')), /field rows\.0\.execute: a function/],
    ['an unknown field', own(call(), 'color: 5'), /field color/],
    [
      'a file with a folder in its name',
      own(call(), "files: [{ path: '../x.c', content: '' }]"),
      /field files\.0\.path: a file name that ends in \.c or \.h/,
    ],
    [
      'an opcode of the base set',
      own(call('match: 0x33')),
      /instruction crc32: its opcode has to be one of custom-0 to custom-3/,
    ],
    ['a mask without the opcode', own(call('mask: 0x7000')), /instruction crc32: match has bits outside of mask/],
    [
      'a host row without handler',
      own("{ kind: 'host', format: 'I', name: 'asks', mask: 0x707f, match: 0x105b }"),
      /instruction asks is a host instruction without a handler/,
    ],
    ['a branch of another format', own(call("result: 'branch'")), /instruction crc32: a branch has format B/],
    [
      'a branch that writes',
      own(
        call(
          "format: 'B', mask: 0x707f, result: 'branch', operands: [{ register: 'rs1', access: 'update', bytes: 8 }]",
        ),
      ),
      /instruction crc32: a branch reads its operands and writes none/,
    ],
    [
      'a register that the format does not have',
      own(call("format: 'I', operands: [{ register: 'rs2', access: 'value' }]")),
      /instruction crc32: format I has no register rs2/,
    ],
    [
      'a file that is not there',
      own(call("files: ['more.c']")),
      /instruction crc32 needs the file more\.c, which is not in files/,
    ],
    ['too many rows', own(call('extraRows: { more: 1000 }')), /instruction crc32 adds 1001 rows, more than 1000/],
    ['two sources of one name', own(call(), "sources: ['a/own.c', 'b/own.c']"), /two sources have the name own/],
  ]
  test.each(cases)('%s', async (_what, exported, says) => {
    const path = await folder(exported)
    const error = await refusal([path])
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(says),
      details: { path: join(path, 'extension.mjs') },
    })
    expect(error.message).toContain(join(path, 'extension.mjs'))
  })
})

describe('modules', () => {
  test('missing', async () => {
    const error = await refusal([join(base, 'absent')])
    expect(error).toMatchObject({ code: 'IO', message: `there is no extension at ${join(base, 'absent')}` })
    expect(error.hint).toContain('extension.ts')
  })
  test('one that throws', async () => {
    const path = await folder("throw new Error('no luck')")
    expect(await refusal([path])).toMatchObject({
      code: 'IO',
      message: `the extension ${join(path, 'extension.mjs')} cannot be loaded: no luck`,
    })
  })
  test('one whose create throws', async () => {
    const path = await folder("{ name: 'own', create() { return undefined.rows } }")
    expect(await refusal([path])).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`${join(path, 'extension.mjs')}: Cannot read properties`),
    })
  })
  test.each(['sources', 'headers', 'libraries'])('%s that are missing', async field => {
    const path = await folder(own(call(), `${field}: ['absent.c']`))
    const error = await refusal([path])
    expect(error).toMatchObject({
      code: 'IO',
      message: expect.stringContaining(`extension own: cannot read file ${join(path, 'absent.c')}: `),
      details: { extension: 'own' },
    })
  })
})

describe('clashes name both', () => {
  const other = (changes: string, more = ''): string =>
    `{ name: 'other', rows: [${call(changes)}]${more === '' ? '' : `, ${more}`} }`
  const cases: readonly (readonly [what: string, other: string, says: string])[] = [
    [
      'one encoding',
      other("name: 'sum', c: 'sum'"),
      'instruction sum of extension other and instruction crc32 of extension crc32 claim one encoding',
    ],
    [
      'one instruction name',
      other("match: 0x205b, c: 'sum'"),
      'extensions crc32 and other both have instruction crc32',
    ],
    [
      'one C function',
      other("name: 'sum', match: 0x205b, c: 'crc32_of_memory'"),
      'extensions crc32 and other both have C function crc32_of_memory',
    ],
    [
      'one source',
      other("name: 'sum', match: 0x205b, c: 'sum'", "sources: ['crc32.c']"),
      'extensions crc32 and other both have file crc32.c',
    ],
    [
      'one name',
      `{ name: 'crc32', rows: [${call("name: 'sum', match: 0x205b, c: 'sum'")}] }`,
      'there are two extensions of the name crc32',
    ],
    [
      'an encoding that rvr has',
      other("name: 'sum', match: 0x400b, c: 'sum'"),
      'instruction sum of extension other and instruction keccakf of extension keccak claim one encoding',
    ],
  ]
  test.each(cases)('%s', async (_what, exported, says) => {
    expect(await refusal([CRC32, await folder(exported)])).toMatchObject({
      code: 'CONFIG_INVALID',
      message: says,
      details: { extensions: [expect.any(String), expect.any(String)] },
    })
  })
})

describe('what fails in C', () => {
  async function failure(exported: string, files: Readonly<Record<string, string>>): Promise<RvrError> {
    const error = await errorOf(
      (await host.rvr.load(elf, { extensions: [await folder(exported, files)] })).compile('pure'),
    )
    const { projectDir } = error.details
    if (typeof projectDir === 'string') await rm(projectDir, { recursive: true })
    expect(error.hint).toBeTruthy()
    return error
  }
  const withSource = own(call(), "sources: ['own.c']")
  const build = (code: string, flags: readonly string[]): string => {
    const object = join(base, 'own.o')
    const library = join(base, 'libown.a')
    execFileSync('cc', ['-O2', ...flags, '-x', 'c', '-c', '-o', object, '-'], { input: code })
    rmSync(library, { force: true })
    execFileSync('ar', ['rcs', library, object])
    return library
  }

  test('a source that does not compile', async () => {
    expect(await failure(withSource, { 'own.c': 'int own_crc(void) { return missing; }\n' })).toMatchObject({
      code: 'COMPILE_FAILED',
      message: expect.stringMatching(/own\.c:1:\d+: error: .*missing/),
    })
  })
  test('a header that is not listed', async () => {
    const error = await failure(withSource, { 'own.c': `#include "own.h"\n${C}`, 'own.h': '' })
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^extension own: own includes .*own\.h, which is not among its headers$/),
    })
    expect(error.hint).toContain('headers')
    expect(host.rvr.cache.counts['publish'] ?? 0).toBeLessThanOrEqual(1)
  })
  test('a function that is nowhere', async () => {
    expect(await failure(withSource, { 'own.c': C.replace('own_crc', 'other') })).toMatchObject({
      code: 'COMPILE_FAILED',
      message: expect.stringContaining('own_crc'),
    })
  })
  test('a library without the function', async () => {
    const library = build(C.replace('own_crc', 'other'), ['-fPIC'])
    expect(await failure(own(call(), `libraries: [${JSON.stringify(library)}]`), {})).toMatchObject({
      code: 'COMPILE_FAILED',
      message: expect.stringContaining('own_crc'),
    })
  })
  test.runIf(process.arch === 'x64')('a library that is not position-independent', async () => {
    const library = build(
      `static int table[16];\n${C.replace('*result = 5', '*result = (uint64_t)(uintptr_t)table')}`,
      ['-fno-pic', '-mcmodel=medium', '-static'],
    )
    expect(await failure(own(call(), `libraries: [${JSON.stringify(library)}]`), {})).toMatchObject({
      code: 'COMPILE_FAILED',
      message: expect.stringMatching(/relocation R_X86_64_\w+|recompile with -fPIC/),
    })
  })
})
