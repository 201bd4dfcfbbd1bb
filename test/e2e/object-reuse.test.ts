/** A large guest of which one function changes: everything else comes from the cache, and the library is the one that a build from nothing makes. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { layoutOf, objectFile } from '../../src/store/layout.ts'
import { storedObjects } from '../../src/store/objects.ts'
import type { UnitLimits } from '../../src/codegen/unit-limits.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { Rvr, type Artifact } from '../../src/index.ts'
import { assembler, type Assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { scratch } from './support.ts'
import type { ModeName } from '../../src/index.ts'

const TEXT = 0x200000
const names = ['sum', 'scale', 'mix']
/** Every function is a unit of its own. */
const units: UnitLimits = { size: 5000, stableFrom: 1, least: 1, most: 1000, oneIn: 1 }

/** Upper and lower part of an address. */
const parts = (address: number): { upper: number; lower: number } => ({
  upper: (address + 0x800) & ~0xfff,
  lower: (address << 20) >> 20,
})

/**
 * A loop over data between other functions: addresses in one piece, in two, and with the upper part kept over a call.
 */
function writeFunction(a: Assembler, index: number, data: number, grown: boolean): void {
  const { upper, lower } = parts(data + 8 * index)
  a.label(names[index]!).op('lui', { rd: 't0', imm: upper }).op('lw', { rd: 'a1', rs1: 't0', imm: lower })
  if (grown) a.op('addi', { rd: 'a0', rs1: 'a0', imm: 7 }).op('xori', { rd: 'a0', rs1: 'a0', imm: 5 })
  a.op('addi', { rd: 't1', imm: 5 + index })
    .label(`${names[index]!}.next`)
    .op('add', { rd: 'a0', rs1: 'a0', rs2: 'a1' })
    .op('addi', { rd: 't1', rs1: 't1', imm: -1 })
    .op('bne', { rs1: 't1', target: `${names[index]!}.next` })
    .op('sw', { rs1: 't0', rs2: 'a0', imm: lower })
    .op('jalr', { rs1: 'ra' })
}

function write(a: Assembler, data: number, grown: boolean): void {
  const table = parts(data + 64)
  a.label('_start').op('lui', { rd: 's1', imm: table.upper }).op('addi', { rd: 'a0', imm: 3 })
  for (const target of names) a.op('jal', { rd: 'ra', target })
  a.op('lw', { rd: 't2', rs1: 's1', imm: table.lower })
    .op('jalr', { rd: 'ra', rs1: 't2' })
    .op('reveal', { rd: 'zero', rs1: 'a0' })
    .op('terminate')
  for (const index of names.keys()) writeFunction(a, index, data, grown && index === 1)
}

/**
 * Data lies right behind the code, so all of it moves when a function grows; one word of it points to the last
 * function.
 */
function program(xlen: Xlen, grown: boolean): Uint8Array {
  const first = assembler(xlen, TEXT)
  write(first, 0, grown)
  const code = assembler(xlen, TEXT)
  const data = TEXT + 0x1000 + first.finish().length
  write(code, data, grown)
  const bytes = new Uint8Array(128)
  const view = new DataView(bytes.buffer)
  for (const index of names.keys()) view.setInt32(8 * index, 11 + index, true)
  view.setInt32(64, code.addressOf('mix'), true)
  return buildElf({
    xlen,
    entry: TEXT,
    segments: [
      { address: TEXT, bytes: code.finish(), flags: 5 },
      { address: data, bytes, flags: 6 },
    ],
    symbols: ['_start', ...names].map(name => ({ name, address: code.addressOf(name) })),
  })
}

const open: Rvr[] = []
afterAll(() => Promise.all(open.map(rvr => rvr.dispose())))

async function rvrAt(cacheDir: string, cc?: string): Promise<Rvr> {
  const rvr = await Rvr.create({ cacheDir, onEvent: () => {}, ...(cc !== undefined && { cc }) })
  open.push(rvr)
  return rvr
}

/** What the guest reveals, natively and in the interpreter. */
async function compileAndCheck(rvr: Rvr, elf: Uint8Array, mode: ModeName): Promise<Artifact> {
  const guest = await rvr.load(elf)
  const options = { onEvent: () => {}, units }
  const artifact = await guest.compile(mode, options)
  using native = await artifact.execute()
  using reference = await guest.interpret(mode).execute()
  expect([native.outcome, native.instret, native.cost, Buffer.from(native.publicValues)]).toEqual([
    'terminated',
    reference.instret,
    reference.cost,
    Buffer.from(reference.publicValues),
  ])
  return artifact
}

test.each([
  { xlen: 64, mode: 'pure', cc: undefined },
  { xlen: 32, mode: 'metered', cc: 'gcc' },
] as const)('RV$xlen, $mode, $cc', async ({ xlen, mode, cc }) => {
  const directory = await scratch()
  const cacheDir = join(directory, 'cache')
  const layout = layoutOf(cacheDir)
  const rvr = await rvrAt(cacheDir, cc)
  const before = await compileAndCheck(rvr, program(xlen, false), mode)
  // The four functions, and the loops of three as they are entered by resumed runs.
  expect(before.cache.objects).toEqual({ reused: 0, compiled: 7 })
  const after = await compileAndCheck(rvr, program(xlen, true), mode)
  expect(after.cache.objects).toEqual({ reused: 5, compiled: 2 })
  expect(rvr.cache.counts).toMatchObject({ 'object-miss': 9, 'object-publish': 9, 'object-hit': 5 })
  const fromNothing = await compileAndCheck(await rvrAt(join(directory, 'other'), cc), program(xlen, true), mode)
  expect(fromNothing.cache.objects).toEqual({ reused: 0, compiled: 7 })
  expect(readFileSync(after.file!).equals(readFileSync(fromNothing.file!))).toBe(true)
  expect(readFileSync(after.file!).equals(readFileSync(before.file!))).toBe(false)
  if (mode !== 'pure') return

  // The library gone, its objects left, one of them damaged: that one is compiled.
  const [damaged] = storedObjects(layoutOf(join(directory, 'other')))
  const path = objectFile(layout, damaged!.key)
  const content = readFileSync(path)
  content[content.length - 1]! ^= 1
  chmodSync(path, 0o600)
  writeFileSync(path, content)
  rmSync(layout.inputs, { recursive: true })
  rmSync(layout.artifacts, { recursive: true })
  const again = await rvrAt(cacheDir, cc)
  const repaired = await compileAndCheck(again, program(xlen, true), mode)
  expect(repaired.cache.objects).toEqual({ reused: 6, compiled: 1 })
  expect(again.cache.counts).toMatchObject({ quarantined: 1, 'object-publish': 1 })
  expect(readFileSync(repaired.file!).equals(readFileSync(fromNothing.file!))).toBe(true)
})
