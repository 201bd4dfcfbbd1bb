/** Runs that need chips without AIR: refused with their names, before anything is made. */
import { afterAll, expect, inject, test } from 'vitest'
import { Rvr } from '../../../src/index.ts'
import { DATA, errorOf, program } from '../../run/support.ts'
import { planned } from '../../trace/support.ts'

const rvr = await Rvr.create({ cacheDir: inject('sharedCache') })
afterAll(() => rvr.dispose())

test('they are named, and no key is made for them', async () => {
  const elf = program(64, code => {
    for (const [index, name] of (['a0', 'a1', 'a2'] as const).entries()) code.li(name, DATA + 32 * index)
    for (const name of ['int256_add', 'int256_mul']) code.op(name, { rd: 'a0', rs1: 'a1', rs2: 'a2' })
    code.op('terminate')
  })
  const { run } = await planned(rvr, { name: 'calls', xlen: 64, abi: 'openvm', elf, options: {} })
  const stages: string[] = []
  const onProgress = ({ stage }: { readonly stage: string }): void => void stages.push(stage)
  const error = await errorOf(run.proofs({ set: 'test', filler: 'reference', onProgress }).next())
  expect(error).toMatchObject({
    code: 'UNPROVABLE',
    message: 'the run needs chips that have no AIR: Int256Mul',
    details: { reason: 'chips', chips: ['Int256Mul'] },
  })
  expect(stages).toEqual([])
})
