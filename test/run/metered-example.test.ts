/** The worked example of metered cost: one small loop whose figures are known by hand. */
import { expect, test } from 'vitest'
import { artifactOf, engines, program, useRvr } from './support.ts'

const host = useRvr()
const elf = program(64, code =>
  code
    .op('addi', { rd: 't0', imm: 3 })
    .label('loop')
    .op('addi', { rd: 't0', rs1: 't0', imm: -1 })
    .op('bne', { rs1: 't0', target: 'loop' })
    .op('terminate'),
)

test.each(engines)('8 instructions cost 4 · 23 + 3 · 24 trace cells (%s)', async engine => {
  const guest = await host.rvr.load(elf)
  using run = await (await artifactOf(guest, 'metered-cost', engine)).execute()
  expect(run).toMatchObject({ outcome: 'terminated', exitCode: 0, instret: 8n, cost: 164n })
})

test.each(engines)('mode pure counts the same instructions and no cells (%s)', async engine => {
  const guest = await host.rvr.load(elf)
  using run = await (await artifactOf(guest, 'pure', engine)).execute()
  expect(run).toMatchObject({ outcome: 'terminated', instret: 8n, cost: undefined })
})

test.each(engines)('a cost limit stops before the block that would exceed it (%s)', async engine => {
  const artifact = await artifactOf(await host.rvr.load(elf), 'metered-cost', engine)
  // Blocks: 23 for the first instruction, then 47 per turn of the loop.
  for (const [maxCost, cost, instret] of [
    [0, 0n, 0n],
    [22, 0n, 0n],
    [23, 23n, 1n],
    [69, 23n, 1n],
    [70, 70n, 3n],
    [163, 117n, 5n],
  ] as const) {
    using run = await artifact.execute({ maxCost })
    expect(run, `limit ${maxCost}`).toMatchObject({ outcome: 'suspended', stopCause: 'cost', cost, instret })
  }
  using whole = await artifact.execute({ maxCost: 164 })
  expect(whole).toMatchObject({ outcome: 'terminated', cost: 164n, instret: 8n })
})
