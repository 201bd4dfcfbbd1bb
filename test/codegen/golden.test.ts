/** Generated C of small guests, frozen: a review sees every change of the emitter. Update with RVR_UPDATE_GOLDEN=1. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { preserveNone, sibling } from '../../src/codegen/convention.ts'
import { generate } from '../../src/codegen/generate.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { modeNamed } from '../../src/modes/registry.ts'
import { graphOf, loopGuest, memoryGuest, pairGuest } from './guests.ts'

const cases = [
  { name: 'loop.rv64.pure.preserve_none', xlen: 64, mode: 'pure', convention: preserveNone, guest: loopGuest },
  { name: 'loop.rv32.metered-cost.sibling', xlen: 32, mode: 'metered-cost', convention: sibling, guest: loopGuest },
  { name: 'memory.rv64.metered-cost.preserve_none', xlen: 64, mode: 'metered-cost', convention: preserveNone, guest: memoryGuest },
  { name: 'memory.rv32.pure.sibling', xlen: 32, mode: 'pure', convention: sibling, guest: memoryGuest },
  { name: 'loop.rv64.metered.preserve_none', xlen: 64, mode: 'metered', convention: preserveNone, guest: loopGuest },
  { name: 'memory.rv32.metered.sibling', xlen: 32, mode: 'metered', convention: sibling, guest: memoryGuest },
  { name: 'pairs.rv32.pure.preserve_none', xlen: 32, mode: 'pure', convention: preserveNone, guest: pairGuest },
] as const

for (const { name, xlen, mode, convention, guest } of cases) {
  test(name, () => {
    const options = { mode: modeNamed(mode), machine: defaultMachine(xlen), convention, identity: '{}' }
    const project = generate(graphOf(xlen, guest), options)
    const text = project.files.filter(file => /^(unit|resume)_|^(entry\.c|guest\.h|state\.h)$/.test(file.path)).map(file => `==> ${file.path} <==\n${file.content}`).join('\n')
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
