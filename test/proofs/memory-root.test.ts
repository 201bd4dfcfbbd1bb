/** Roots of memory that are hashed in C are those of the machine's own tree in JavaScript. */
import { expect, test } from 'vitest'
import { P } from '../../src/air/field.ts'
import { beside } from '../../src/load/native-functions.ts'
import { initialRoot } from '../../src/proofs/initial-root.ts'
import { shippedOnce } from '../../src/trace/airs.ts'
import { memoryHashing } from './memory-hashing.ts'
import { bytesOf, standing, treeOver } from './standing.ts'
import { parseElf } from '../../src/elf/parse.ts'
import { readFileSync } from 'node:fs'
import { abiNamed } from '../../src/extensions/registry.ts'

const library = memoryHashing()

async function rootInC(xlen: 32 | 64, spaces: readonly Uint8Array[]): Promise<number[]> {
  const root = new Uint32Array(8)
  const args = spaces.flatMap(each => [each, each.length])
  await beside(library.rvr_prover_memory_root, [xlen, ...args, root])
  return [...root]
}

test.each([32, 64] as const)('memory of RV%i in all states', async xlen => {
  const places = [
    { memory: 0, values: 0 },
    { memory: 1, values: 1 },
    { memory: 4096, values: 32 },
    { memory: 4099, values: 33 },
    { memory: 3 * 4096 + 8, values: 4100 },
  ]
  for (const [seed, { memory, values }] of places.entries()) {
    const held = standing(xlen, seed, { memory, values })
    const { root } = treeOver(xlen, held)
    const [registers] = bytesOf(xlen, held)
    expect(await rootInC(xlen, [registers, held.memory, held.values])).toEqual([...root])
    // Zeros behind the end are no content.
    const longer = new Uint8Array(held.memory.length + 5000)
    longer.set(held.memory)
    expect(await rootInC(xlen, [registers, longer, held.values])).toEqual([...root])
  }
})

test('of a guest, and of no machine with another hash', async () => {
  const file = new URL('../../cache-fixtures/guests/elf/exitcode.rv32.elf', import.meta.url)
  const guest = { image: parseElf(readFileSync(file), 'guest'), abi: abiNamed('openvm') }
  expect([...(await initialRoot(shippedOnce(32), guest, library))].every(word => word < P)).toBe(true)
  const other = { ...library, rvr_prover_memory_hash: (() => undefined) as never }
  await expect(initialRoot(shippedOnce(32), guest, other)).rejects.toMatchObject({ code: 'MACHINE_INVALID' })
})
