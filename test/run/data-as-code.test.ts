/** Code that nobody can see coming, in what section headers call data, call code, or say nothing about: results, counts, stops and segments are the same. */
import { describe, expect, test } from 'vitest'
import { assembler, type Assembler } from '../support/assembler.ts'
import { sample } from '../support/exhaustive.ts'
import { buildElf, type SectionSpec } from '../support/elf-builder.ts'
import type { Xlen } from '../../src/elf/image.ts'
import { artifactOf, DATA, engines, expectSame, factsOf, modeNames, TEXT, useRvr, widths } from './support.ts'

const holder = useRvr('shared', 'quick')

/** Calls `hidden` three times, by an address that stands nowhere: only its complement does. */
const code = (xlen: Xlen): Assembler => {
  const write = (hidden: number): Assembler => {
    const a = assembler(xlen, TEXT)
    a.li('s0', DATA).li('s1', 3)
    a.label('again')
      .li('t0', ~hidden)
      .op('xori', { rd: 't0', rs1: 't0', imm: -1 })
      .op('jalr', { rd: 'ra', rs1: 't0' })
      .op('addi', { rd: 's1', rs1: 's1', imm: -1 })
      .op('bne', { rs1: 's1', target: 'again' })
      .op('terminate', { imm: 3 })
    a.label('hidden').op('addi', { rd: 't1', imm: 40 })
    a.label('loop')
      .op('lw', { rd: 't2', rs1: 's0' })
      .op('add', { rd: 't2', rs1: 't2', rs2: 't1' })
      .op('sw', { rs1: 's0', rs2: 't2' })
      .op('addi', { rd: 't1', rs1: 't1', imm: -1 })
      .op('bne', { rs1: 't1', target: 'loop' })
      .op('jalr', { rs1: 'ra' })
    return a
  }
  // Its place does not depend on the address, which is as long each time.
  return write(write(TEXT + 0x123).addressOf('hidden'))
}

describe.each(widths)('RV%i', xlen => {
  const a = code(xlen)
  const bytes = a.finish()
  const hidden = a.addressOf('hidden') - TEXT
  const headers: Record<string, readonly SectionSpec[]> = {
    'all of it code': [{ address: TEXT, size: bytes.length, flags: 6 }],
    'no section headers': [],
    'code called data': [
      { address: TEXT, size: hidden, flags: 6 },
      { address: TEXT + hidden, size: bytes.length - hidden, flags: 2 },
    ],
  }

  // The widths share the modes.
  test.each(sample(modeNames, xlen / 32))('mode %s', async mode => {
    const facts: unknown[] = []
    for (const sections of Object.values(headers)) {
      const segments = [
        { address: TEXT, bytes, flags: 5 },
        { address: DATA, bytes: new Uint8Array(64), flags: 6 },
      ]
      const guest = await holder.rvr.load(buildElf({ xlen, entry: TEXT, segments, sections }))
      const [native, ...others] = await Promise.all(engines.map(engine => artifactOf(guest, mode, engine)))
      for (const options of [
        {},
        { maxInstructions: 100 },
        ...(mode === 'metered-cost' ? [{ maxCost: 3333 }, { maxCost: 9000 }] : []),
        ...(mode === 'metered' ? [{ segmentLimits: { maxTraceHeight: 64 } }] : []),
      ]) {
        using run = await native!.execute(options)
        for (const other of others) {
          using reference = await other.execute(options)
          expectSame(run, reference)
          expect(run.segments).toEqual(reference.segments)
        }
        expect(run.cost ?? 0n).toBeLessThanOrEqual(('maxCost' in options ? options.maxCost : undefined) ?? 1_000_000)
        facts.push({ options, ...factsOf(run), segments: run.segments?.length })
      }
    }
    const each = facts.length / 3
    expect(facts[0]).toMatchObject({ outcome: 'terminated', exitCode: 3 })
    // A cost limit stops in front of a block; what is not compiled is cut finer.
    const comparable = (list: unknown[]): unknown[] =>
      list.filter(fact => (fact as { stopCause?: string }).stopCause !== 'cost')
    expect(comparable(facts.slice(each, 2 * each))).toEqual(comparable(facts.slice(0, each)))
    expect(comparable(facts.slice(2 * each))).toEqual(comparable(facts.slice(0, each)))
  })
})
