/** Words by copy routine in a guest with debug information. */
import { expect, test } from 'vitest'
import type { Xlen } from '../../src/elf/image.ts'
import { guestCompiler } from '../support/unwind-guest.ts'
import { withDebugGuest } from '../elf/dwarf/guests.ts'
import { useRvr } from '../run/support.ts'

const host = useRvr('shared', 'quick')
const sources = [new URL('copies.c', import.meta.url).pathname]
const options = ['-fno-builtin', '-fno-unroll-loops']

test.skipIf(guestCompiler('clang') === undefined).each([32, 64] as Xlen[])(
  'RV%i: routines that are inlined have a caller, others are functions of their own',
  async xlen => {
    const elf = withDebugGuest({ compiler: 'clang', xlen, flags: ['-O2', '-g'], options, sources }, bytes => bytes)
    if (elf === undefined) return
    const guest = await host.rvr.load(elf)
    const { address } = guest.image.symbols.find(({ name }) => name === 'cut')!
    using run = await guest.interpret('pure').execute()
    expect(run.outcome).toBe('terminated')
    using start = await guest.interpret('pure').execute({ maxInstructions: 0 })
    const { steps } = await start.trace({ maxInstructions: run.instret })
    const cut = steps.findIndex(({ pc }) => pc === address)
    expect(cut).toBeGreaterThan(0)
    const { copies, shards, lines } = await run.shards([cut])
    expect(copies).toEqual([
      // Its source, which the image holds, is no crossing: it is not accessed again.
      { routine: 'mempcpy', caller: 'unpack', written: 64, read: 0 },
      { routine: 'memset', caller: undefined, written: 64, read: 0 },
    ])
    expect(shards[0]!.externalWrites.copied).toBe(128)
    expect(shards[1]!.externalReads.copied).toBe(0)
    const pairs = lines.filter(({ producer }) => producer.routine !== undefined)
    expect(pairs.map(({ producer, consumer }) => [producer.function, producer.routine, consumer.function])).toEqual(
      expect.arrayContaining([
        ['unpack', 'mempcpy', 'use'],
        ['memset', 'memset', 'use'],
      ]),
    )
  },
)
