/** Rows filled by C are those that the same rules fill in JavaScript: every instruction, operands at the corners. */
import { describe, expect, test } from 'vitest'
import { fillRow, type Blocks, type BlockPlace, type RowInputs } from '../../../src/air/fill.ts'
import type { Air } from '../../../src/air/air.ts'
import { accessesName, columnsName, fillerText } from '../../../src/codegen/rows/filler.ts'
import type { Xlen } from '../../../src/elf/image.ts'
import { casesOf, rowsOf, START } from '../../air/corners.ts'
import { execute, fill } from '../../air/execute.ts'
import { allAirs } from '../../air/sets.ts'
import { SegmentMemory } from '../../air/memory.ts'
import { inC } from './in-c.ts'

/** Memory that answers what the test's did, in order, and notes what is asked for. */
const MEMORY = `
struct rvr_trace { uint64_t count, written, registers[32], log[64][4], old[16], last[16]; };
static uint64_t register_of(struct rvr_trace *t, uint64_t number) { return t->registers[number & 31]; }
static struct seen access_block(struct rvr_trace *t, uint64_t space, uint64_t pointer, uint64_t time)
{
  uint64_t k = t->count++;
  t->log[k][0] = space; t->log[k][1] = pointer; t->log[k][2] = time; t->log[k][3] = 0;
  return (struct seen){ t->old[k], (uint32_t)t->last[k] };
}
static void write_block(struct rvr_trace *t, uint64_t space, uint64_t pointer, uint64_t content)
{
  t->log[t->count - 1][3] = content;
  t->written |= 1ull << (t->count - 1);
}
`

function compiled(airs: readonly Air[]) {
  const calls = airs.map(
    (_, index) => `case ${index}: ${accessesName(index)}(t, in, seen); ${columnsName(index)}(t, in, seen, row); break;`,
  )
  const text = `#include "words.h"\n${MEMORY}${airs.map(fillerText).join('\n')}
__attribute__((visibility("default"))) void fill(struct rvr_trace *t, uint32_t air, const uint64_t *in, uint32_t *row)
{
  struct seen seen[16];
  switch (air) { ${calls.join('\n')} }
}
`
  return inC(text).func('fill', 'void', ['void *', 'uint32_t', 'void *', 'void *'])
}

/** The same blocks, noting what they answer. */
class Noting implements Blocks {
  readonly accesses: { place: BlockPlace; old: bigint; last: number; content?: bigint }[] = []
  readonly #memory: SegmentMemory
  constructor(memory: SegmentMemory) {
    this.#memory = memory
  }
  access(place: BlockPlace) {
    const found = this.#memory.access(place)
    this.accesses.push({ place, ...found })
    return found
  }
  write(place: BlockPlace, content: bigint): void {
    this.accesses.at(-1)!.content = content
    this.#memory.write(place, content)
  }
  register(number: number): bigint {
    return this.#memory.register(number)
  }
}

const TRACE_WORDS = 2 + 32 + 64 * 4 + 16 + 16

describe.each([32, 64] as const)('RV%i', (xlen: Xlen) => {
  const set = allAirs(xlen)
  const filled = set.airs.filter(({ rules, instructions }) => rules.columns.length > 0 && instructions.length > 0)
  const fillInC = compiled(filled)
  const rows = rowsOf(xlen, set)

  test('every instruction AIR has rules', () => {
    expect(filled.length).toBeGreaterThan(10)
  })

  test.each(rows)('$name', row => {
    let compared = 0
    for (const { name, instr, memory: made, hints } of casesOf(row, xlen)) {
      const { air, ...given } = fill(set, instr, { memory: made(), ts: START, xlen, hints })
      const { result } = execute(instr, made(), xlen)
      const memory = made()
      for (const [index, wanted] of given.rows.entries()) {
        const entry = given.program
        const operands = Object.fromEntries(['opcode', ...'abcdefg'].map((letter, at) => [letter, entry[at + 1]!]))
        const inputs: RowInputs = {
          pc: instr.pc,
          ts: START,
          ...operands,
          result,
          next_pc: given.next,
          hint: hints?.[index] ?? 0n,
          row: index,
        }
        const registers = Array.from({ length: 32 }, (_, number) => memory.register(number))
        const noting = new Noting(memory)
        expect(fillRow(air, inputs, noting)).toEqual(wanted)
        const trace = new BigUint64Array(TRACE_WORDS)
        trace.set(registers, 2)
        for (const [at, { old, last }] of noting.accesses.entries()) {
          trace[2 + 32 + 256 + at] = old
          trace[2 + 32 + 256 + 16 + at] = BigInt(last)
        }
        const words = BigUint64Array.from(air.rules.inputs.map(input => BigInt.asUintN(64, BigInt(inputs[input] ?? 0))))
        const cells = new Uint32Array(air.columns.length)
        fillInC(trace, filled.indexOf(air), words, cells)
        const where = `${name}, row ${index}`
        expect([where, ...cells]).toEqual([where, ...wanted])
        expect([where, Number(trace[0])]).toEqual([where, noting.accesses.length])
        for (const [at, { place, content }] of noting.accesses.entries()) {
          const [space, pointer, time, written] = trace.subarray(34 + 4 * at, 38 + 4 * at)
          expect([where, Number(space), Number(pointer), Number(time)]).toEqual([
            where,
            place.space,
            place.pointer,
            place.time,
          ])
          expect([where, ((trace[1]! >> BigInt(at)) & 1n) === 1n, written]).toEqual([
            where,
            content !== undefined,
            content ?? 0n,
          ])
        }
        compared++
      }
    }
    expect(compared).toBeGreaterThan(0)
  })
})
