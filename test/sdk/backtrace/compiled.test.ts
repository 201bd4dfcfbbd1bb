/** Backtraces of compiled guests that have call frame information and nothing else: no symbols, no frame pointer. */
import { expect, test } from 'vitest'
import { parseElf } from '../../../src/elf/parse.ts'
import { placeAt } from '../../../src/elf/symbols.ts'
import type { BacktraceFrame } from '../../../src/index.ts'
import { useRvr } from '../../run/support.ts'
import { withUnwindGuest, type UnwindGuestSpec } from '../../support/unwind-guest.ts'

const host = useRvr()

const SHT_SYMTAB = 2

/** The executable without its symbol table, which becomes a header that says nothing. */
function stripped(elf: Uint8Array): Uint8Array {
  const copy = elf.slice()
  const view = new DataView(copy.buffer)
  const wide = copy[4] === 2
  const table = wide ? Number(view.getBigUint64(40, true)) : view.getUint32(32, true)
  const size = wide ? 64 : 40
  const count = view.getUint16(wide ? 60 : 48, true)
  for (let at = table + 4; at < table + count * size; at += size) {
    if (view.getUint32(at, true) === SHT_SYMTAB) view.setUint32(at, 0, true)
  }
  return copy
}

async function framesOf(elf: Uint8Array): Promise<readonly BacktraceFrame[]> {
  using run = await (await host.rvr.load(elf)).interpret('pure').execute()
  return run.trap!.backtrace.frames
}

const specs: UnwindGuestSpec[] = [
  { compiler: 'clang', xlen: 32, section: '.eh_frame' },
  { compiler: 'clang', xlen: 64, section: '.debug_frame' },
  { compiler: 'gcc', xlen: 32, section: '.debug_frame' },
  { compiler: 'gcc', xlen: 64, section: '.eh_frame', outermost: true },
]

const chain = [
  'leaf',
  'shrink_wrapped',
  'with_alloca',
  'with_large_frame',
  'recurse',
  'recurse',
  'recurse',
  'recurse',
  'guest_main',
  '_start',
]

test.for(specs)('wish 1: every call by $section of $compiler for RV$xlen', async (spec, { skip }) => {
  const elf = withUnwindGuest(spec, bytes => bytes)
  if (typeof elf === 'string') return skip(elf)
  const bare = stripped(elf)
  const named = parseElf(elf, 'guest')
  expect(parseElf(bare, 'guest').symbols).toEqual([])
  const frames = await framesOf(bare)
  expect(frames.map(({ pc }) => placeAt(named, pc)?.name)).toEqual(chain)
  expect(frames.map(({ found }) => found)).toEqual(chain.map((_, index) => (index === 0 ? 'trap' : 'cfi')))
  // With symbols the same calls, which have names then.
  const withNames = await framesOf(elf)
  expect(withNames.map(({ pc, found }) => ({ pc, found }))).toEqual(frames.map(({ pc, found }) => ({ pc, found })))
  expect(withNames.map(({ symbol }) => symbol?.replace(/\+.*/, ''))).toEqual(chain)
})
