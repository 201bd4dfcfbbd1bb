/** Generated C of small guests, frozen: a review sees every change of the emitter. Update with RVR_UPDATE_GOLDEN=1. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { preserveNone, sibling } from '../../src/codegen/convention.ts'
import { generate } from '../../src/codegen/generate.ts'
import { stressTuning } from '../../src/codegen/tuning.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { graphOf, loopGuest, memoryGuest, pairGuest, TEXT } from './guests.ts'

const cases = [
  { name: 'loop.rv64.pure.preserve_none', xlen: 64, mode: 'pure', convention: preserveNone, guest: loopGuest },
  { name: 'loop.rv32.metered-cost.sibling', xlen: 32, mode: 'metered-cost', convention: sibling, guest: loopGuest },
  {
    name: 'memory.rv64.metered-cost.preserve_none',
    xlen: 64,
    mode: 'metered-cost',
    convention: preserveNone,
    guest: memoryGuest,
  },
  { name: 'memory.rv32.pure.sibling', xlen: 32, mode: 'pure', convention: sibling, guest: memoryGuest },
  { name: 'loop.rv64.metered.preserve_none', xlen: 64, mode: 'metered', convention: preserveNone, guest: loopGuest },
  // The loop behind `sum` was executed ten times, the way to `terminate` never.
  {
    name: 'memory.rv64.pure.preserve_none.profile',
    xlen: 64,
    mode: 'pure',
    convention: preserveNone,
    guest: memoryGuest,
    profile: [
      { pc: TEXT, instructions: 3, count: 1 },
      { pc: TEXT + 28, instructions: 1, count: 1 },
      { pc: TEXT + 32, instructions: 7, count: 10 },
    ],
  },
  { name: 'memory.rv32.metered.sibling', xlen: 32, mode: 'metered', convention: sibling, guest: memoryGuest },
  { name: 'pairs.rv32.pure.preserve_none', xlen: 32, mode: 'pure', convention: preserveNone, guest: pairGuest },
] as const

for (const { name, xlen, mode, convention, guest, ...more } of cases) {
  test(name, () => {
    const options = { mode: modeNamed(mode), machine: defaultMachine(xlen), convention, identity: '{}', ...more }
    const project = generate(graphOf(xlen, guest), options)
    const text = project.files
      .filter(file => /^(unit|cold|resume)_|^(entry\.c|guest\.h|state\.h)$/.test(file.path))
      .map(file => `==> ${file.path} <==\n${file.content}`)
      .join('\n')
    const golden = new URL(`./golden/${name}.txt`, import.meta.url)
    if (process.env['RVR_UPDATE_GOLDEN'] === '1' || !existsSync(golden)) {
      if (process.env['CI'] !== undefined) throw new Error(`golden file ${name} is missing`)
      mkdirSync(new URL('./golden/', import.meta.url), { recursive: true })
      writeFileSync(golden, text)
    }
    expect(text).toBe(readFileSync(golden, 'utf8'))
    expect(generate(graphOf(xlen, guest), options)).toEqual(project)
  })
}

test('under stress each block is a function, and functions pass control through the dispatch table alone', () => {
  const graph = graphOf(64, loopGuest)
  const { files } = generate(graph, {
    mode: modeNamed('pure'),
    machine: defaultMachine(64),
    convention: sibling,
    identity: '{}',
    tuning: stressTuning,
  })
  const units = files
    .filter(file => file.path.startsWith('unit_'))
    .map(file => file.content)
    .join('')
  expect(units.match(/^void r_/gm)?.length).toBe(graph.blocks.length)
  expect(
    [...new Set(units.match(/(?<=return )\S+(?=\()/g)!.map(callee => callee.replace(/\d+/, 'slot')))].toSorted(),
  ).toEqual(['leave', 'table(m)[slot]'])
  expect(files.some(file => file.path.startsWith('resume_'))).toBe(false)
})
