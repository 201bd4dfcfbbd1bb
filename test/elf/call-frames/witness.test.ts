/** Rules for the frames of compiled guests are those that llvm-dwarfdump prints, at every instruction. */
import { expect, test } from 'vitest'
import { callFrameAt } from '../../../src/elf/call-frames/lookup.ts'
import { parseElf } from '../../../src/elf/parse.ts'
import { programAmong, withUnwindGuest, type UnwindGuestSpec } from '../../support/unwind-guest.ts'
import { rulesText, witnessRows } from '../../support/unwind-rows.ts'

const specs: UnwindGuestSpec[] = [
  { compiler: 'clang', xlen: 32, section: '.eh_frame' },
  { compiler: 'gcc', xlen: 64, section: '.eh_frame', outermost: true },
  { compiler: 'clang', xlen: 64, section: '.debug_frame' },
  { compiler: 'gcc', xlen: 32, section: '.debug_frame' },
]

test.for(specs)('wish 1: $section of $compiler for RV$xlen', (spec, { skip }) => {
  const tool = programAmong(['llvm-dwarfdump-22', 'llvm-dwarfdump-21', 'llvm-dwarfdump-20', 'llvm-dwarfdump'])
  if (tool === undefined) return skip('there is no llvm-dwarfdump here')
  const missing = withUnwindGuest(spec, (elf, path) => {
    const image = parseElf(elf, path)
    const rows = witnessRows(tool, path)
    const wanted: string[] = []
    const found: string[] = []
    for (const { from, to, text } of rows) {
      for (let pc = from; pc < to; pc += 4) {
        const rules = callFrameAt(image, pc)?.rules
        wanted.push(`${pc}: ${text}`)
        found.push(`${pc}: ${rules === undefined ? 'nothing' : rulesText(rules)}`)
      }
    }
    expect(found).toEqual(wanted)
    expect(rows.length).toBeGreaterThan(20)
  })
  if (missing !== undefined) skip(missing)
})
