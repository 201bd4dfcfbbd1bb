/** Traps of guests with debug information say lines of the source, and functions that were inlined. */
import { expect, test } from 'vitest'
import { withDebugGuest } from '../../elf/dwarf/guests.ts'
import { useRvr } from '../../run/support.ts'

const host = useRvr()

const source = new URL('faulty.c', import.meta.url).pathname

test.for(['gcc', 'clang'] as const)('a trap in inlined functions, by %s', async (compiler, { skip }) => {
  const spec = { compiler, xlen: 32, flags: ['-O2', '-g'], sources: [source] } as const
  const elf = withDebugGuest(spec, bytes => bytes)
  if (elf === undefined) return skip('there is no compiler for RISC-V here')
  using run = await (await host.rvr.load(elf)).interpret('pure').execute()
  const [frame] = run.trap!.backtrace.frames
  expect(run.trap!.symbol).toMatch(/^_start/)
  expect(frame!.source).toMatch(/faulty\.c:2:\d+$/)
  expect(frame!.inlined!.map(({ symbol }) => symbol)).toEqual(['loaded', 'both'])
  expect(frame!.inlined![0]!.calledAt).toMatch(/faulty\.c:4:\d+$/)
  expect(frame!.inlined![1]!.calledAt).toMatch(/faulty\.c:7:\d+$/)
})
