/** Instructions that the machine has no chip for, or counts as nothing: what proves them refuses, and says where. */
import { expect, test } from 'vitest'
import { isExhaustive } from '../support/exhaustive.ts'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { machineWithNops, rowsOfSets } from '../support/sets.ts'
import { DATA, errorOf, TEXT, useRvr } from '../run/support.ts'

const quick = useRvr('shared', 'quick')
const isa = 'rv64ima_zbb_zicsr'

/** A loop with the instruction between others; s0 is an address. */
function guest(name: 'clz' | 'amoadd.w' | 'csrrs'): Uint8Array {
  const code = assembler(64, TEXT, rowsOfSets(['zbb', 'zaamo', 'zicsr'], 64))
  const operands = name === 'csrrs' ? { rd: 'a2', imm: 0xc00 } : { rd: 'a2', rs1: 's0' }
  code
    .li('s0', DATA)
    .li('t0', 40)
    .label('loop')
    .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
    .op('xor', { rd: 'a1', rs1: 'a1', rs2: 't0' })
    .op(name, operands as never)
    .op('xor', { rd: 'a1', rs1: 'a1', rs2: 't0' })
    .op('bne', { rs1: 't0', rs2: 0, target: 'loop' })
    .op('terminate')
  return buildElf({
    xlen: 64,
    entry: TEXT,
    segments: [
      { address: TEXT, bytes: code.finish(), flags: 5 },
      { address: DATA, bytes: new Uint8Array(64), flags: 6 },
    ],
  })
}

test.each(['clz', 'amoadd.w', 'csrrs'] as const)(
  '%s counts as a nop where the machine says so, and has no proof',
  async name => {
    const loaded = await quick.rvr.load(guest(name), { isa, machine: machineWithNops(64) })
    for (const filler of isExhaustive ? (['reference', 'engine'] as const) : (['reference'] as const)) {
      using run = await loaded.interpret('metered').execute()
      expect(run.outcome).toBe('terminated')
      const traced = (async () => {
        for await (const trace of run.traces({ filler })) trace.dispose()
      })()
      const error = await errorOf(traced)
      expect(error).toMatchObject({ code: 'UNPROVABLE', details: { pc: TEXT + 16, instret: 4 } })
      expect(error.message).toContain(`no AIR has the instruction ${name}`)
    }
    // Blocks end in front of it.
    const { ranked } = await loaded.apc.generate({ pgo: 'none' })
    const around = ranked.flatMap(({ blocks }) => blocks.map(({ start, instructions }) => [start, instructions.length]))
    expect(around.length).toBeGreaterThan(0)
    for (const [start, count] of around) {
      const end = start! + 4 * count!
      expect(start! <= TEXT + 16 && end > TEXT + 16).toBe(false)
    }
  },
)

test('what a machine has no chip for is refused by what counts or proves it, and shards count their accesses', async () => {
  const loaded = await quick.rvr.load(guest('amoadd.w'), { isa })
  const refusal = /no chip for amoadd\.w \(extension A\), so mode \S+ cannot count it: amoadd\.w a2,zero,\(s0\) at 0x/
  expect(() => loaded.interpret('preflight')).toThrow(refusal)
  using run = await loaded.interpret('pure').execute()
  const { shards } = await run.shards([50, 100])
  expect(shards.length).toBe(3)
  // The one word that the guest has is handed on at each end.
  expect(shards.map(({ externalWrites, externalReads }) => [externalWrites.words, externalReads.words])).toEqual([
    [1, 0],
    [1, 1],
    [0, 1],
  ])
})
