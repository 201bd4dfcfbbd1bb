/** Places that a return is compared with: those that call its function, where these are few. */
import { expect, test } from 'vitest'
import { returnSites } from '../../src/analysis/return-sites.ts'
import type { Assembler } from '../support/assembler.ts'
import { graphOf, TEXT } from '../codegen/guests.ts'

/** `main` calls each function as often as it says. `wrapper` ends in a jump to `shared`, which returns for it. */
function sitesOf(calls: Readonly<Record<'wrapper' | 'shared', number>>): number[][] {
  const graph = graphOf(64, (a: Assembler) => {
    for (const [target, count] of Object.entries(calls))
      for (let call = 0; call < count; call++) a.op('jal', { rd: 'ra', target })
    a.op('terminate')
    a.label('wrapper').op('addi', { rd: 'a0', rs1: 'a0', imm: 1 }).op('jal', { target: 'shared' })
    a.label('shared').op('addi', { rd: 'a0', rs1: 'a0', imm: 2 }).op('jalr', { rs1: 'ra' })
  })
  return [...returnSites(graph).values()].map(sites =>
    sites.map(site => (graph.blocks[site]!.pc - TEXT) / 4).toSorted((a, b) => a - b),
  )
}

test('a return is compared with the places behind calls', () => {
  expect(sitesOf({ wrapper: 0, shared: 2 })).toEqual([[1, 2]])
})

test('a function that ends in a jump to another returns there', () => {
  expect(sitesOf({ wrapper: 1, shared: 2 })).toEqual([[1, 2, 3]])
})

test('a function that many call is not compared with those that go on in it', () => {
  expect(sitesOf({ wrapper: 2, shared: 5 })).toEqual([])
})
