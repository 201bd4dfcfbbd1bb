/** The keys of compiled C files: what the compiler sees, and nothing else. */
import { expect, it } from 'vitest'
import { partsOf } from '../../../src/stages/key.ts'
import { contextParts } from '../../../src/stages/library/parts.ts'
import { objectContext, objectKey } from '../../../src/stages/make/objects.ts'
import { writtenFile } from '../../../src/stages/make/written.ts'
import { sampleToolchain } from '../../store/sample.ts'

it('has a key of the text without comments, the name, and everything the compiler sees', () => {
  const context = { mode: 'pure', toolchain: sampleToolchain, abiVersion: 1 }
  const header = { path: 'guest.h', content: 'typedef int reg;' }
  const unit = { path: 'unit_at_f.c', content: 'int f; /* 1000 add */ int g;' }
  const keyOf = (file = unit, headers = [header], over = {}): string => {
    const together = objectContext(partsOf(contextParts, { ...context, ...over }), headers.map(writtenFile))
    return objectKey(together, file.path, writtenFile({ ...file, reusable: true }).text!)
  }
  expect(keyOf({ ...unit, content: 'int f; /* 2000 add */ int g;' })).toBe(keyOf())
  const others = [
    keyOf({ ...unit, content: 'int f; /* 1000 add */ int h;' }),
    keyOf({ ...unit, path: 'resume_at_f.c' }),
    keyOf(unit, [{ ...header, content: 'typedef long reg;' }]),
    keyOf(unit, [header], { toolchain: { ...sampleToolchain, targetCpu: 'x86-64-v3' } }),
    keyOf(unit, [header], { makeArguments: ['VERIFY_TAIL_CALLS=1'] }),
  ]
  expect(new Set([keyOf(), ...others]).size).toBe(6)
})
