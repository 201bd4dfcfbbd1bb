/** Small guests whose trees are written down by hand: what calls, returns, jumps and markers make of them, in all engines. */
import { describe, expect, test } from 'vitest'
import type { Xlen } from '../../../src/elf/image.ts'
import type { Run } from '../../../src/index.ts'
import { assembler, type Assembler } from '../../support/assembler.ts'
import { isExhaustive } from '../../support/exhaustive.ts'
import { buildElf } from '../../support/elf-builder.ts'
import { artifactOf, DATA, TEXT, useRvr, widths } from '../../run/support.ts'
import { UNMATCHED, treeOf, type PlainNode } from './plain.ts'
import { callsOf, expectExact } from './support.ts'

const host = useRvr('shared', 'quick')
const STACK = DATA + 0x1000

/** A guest whose labels are its functions, in the order in which they are defined. */
function guestOf(xlen: Xlen, write: (code: Code) => void) {
  const code = assembler(xlen, TEXT)
  const symbols: { name: string; address: number }[] = []
  const self: Code = {
    ...code,
    get pc() {
      return code.pc
    },
    fn(name) {
      code.label(name)
      symbols.push({ name, address: code.pc })
      return code
    },
    store: xlen === 64 ? 'sd' : 'sw',
    load: xlen === 64 ? 'ld' : 'lw',
  }
  write(self)
  const data = { address: DATA, bytes: new Uint8Array(64), memorySize: 0x2000, flags: 6 }
  const segments = [{ address: TEXT, bytes: code.finish(), flags: 5 }, data]
  return { elf: buildElf({ xlen, entry: TEXT, segments, symbols }), symbols }
}

interface Code extends Assembler {
  /** A function begins. */
  fn(name: string): Assembler
  readonly store: string
  readonly load: string
}

/** `name`, `~name` for those that a jump led to; calls and instructions by step; callees. */
type Tree = readonly [name: string, counts: string, ...callees: Tree[]]

function treeText(nodes: readonly PlainNode[], symbols: readonly { name: string; address: number }[]): Tree[] {
  return nodes.map(({ function: of, isTail, steps, children }) => {
    const name = of === UNMATCHED ? '[unmatched]' : symbols.find(({ address }) => address === of)!.name
    const counts = [...steps].map(([step, { calls, times }]) => {
      const instructions = [...times.values()].reduce((sum, count) => sum + count, 0)
      return `${step === 0 ? '' : `${step}: `}${calls}x ${instructions}`
    })
    return [isTail ? `~${name}` : name, counts.join(', '), ...treeText(children, symbols)]
  })
}

async function runOf(xlen: Xlen, write: (code: Code) => void, use: (run: Run, tree: () => Tree[]) => void) {
  const { elf, symbols } = guestOf(xlen, write)
  const guest = await host.rvr.load(elf)
  using run = await guest.interpret('calls').execute()
  expectExact(guest, run)
  use(run, () => treeText(treeOf(callsOf(run)), symbols))
  for (const engine of ['native', 'native-interp'] as const) {
    using other = await (await artifactOf(guest, 'calls', engine)).execute()
    expect(callsOf(other), engine).toEqual(callsOf(run))
  }
}

const ret = { rs1: 'ra' } as const

describe.each(widths)('RV%i', xlen => {
  test('calls, function pointers, and two calls of one function', () =>
    runOf(
      xlen,
      code => {
        code.fn('start').op('jal', { rd: 'ra', target: 'f' }).op('jal', { rd: 'ra', target: 'g' })
        code
          .li('a0', TEXT + 0x40)
          .op('jalr', { rd: 'ra', rs1: 'a0' })
          .op('jal', { rd: 'ra', target: 'g' })
          .op('terminate')
        while (code.pc < TEXT + 0x40) code.op('addi')
        code.fn('f').op('addi', { rd: 'a1', imm: 1 }).op('jalr', ret)
        code.fn('g').op('addi', { rd: 't3', rs1: 'ra' }).op('jal', { rd: 'ra', target: 'f' })
        code.op('addi', { rd: 'ra', rs1: 't3' }).op('jalr', ret)
      },
      (_run, tree) => expect(tree()).toEqual([['start', '0x 7', ['f', '2x 4'], ['g', '2x 8', ['f', '2x 4']]]]),
    ))

  test('longjmp ends the calls that it skips', () =>
    runOf(
      xlen,
      code => {
        code.fn('start').li('sp', STACK).op('jal', { rd: 'ra', target: 'f' }).op('terminate')
        code.fn('f').op('addi', { rd: 's0', rs1: 'ra' }).op('addi', { rd: 's1', rs1: 'sp' })
        // What setjmp keeps: where it returns to, and the stack.
        code.op('jal', { rd: 'ra', target: 'setjmp' }).op('bne', { rs1: 'a0', target: 'back' })
        code.op('jal', { rd: 'ra', target: 'g' }).label('back').op('addi', { rd: 'ra', rs1: 's0' }).op('jalr', ret)
        code.fn('setjmp').op('addi', { rd: 's2', rs1: 'ra' }).op('addi', { rd: 'a0' }).op('jalr', ret)
        code.fn('g').op('addi', { rd: 'sp', rs1: 'sp', imm: -16 }).op('jal', { rd: 'ra', target: 'h' }).op('jalr', ret)
        code.fn('h').op('addi', { rd: 'sp', rs1: 'sp', imm: -16 }).op('jal', { rd: 'ra', target: 'longjmp' })
        code.fn('longjmp').op('addi', { rd: 'ra', rs1: 's2' }).op('addi', { rd: 'sp', rs1: 's1' })
        code.op('addi', { rd: 'a0', imm: 1 }).op('jalr', ret)
      },
      (run, tree) => {
        expect(tree()).toEqual([
          ['start', '0x 3', ['f', '1x 8', ['setjmp', '1x 3'], ['g', '1x 2', ['h', '1x 2', ['longjmp', '1x 4']]]]],
        ])
        expect(callsOf(run)).toMatchObject({ unmatched: 0, skipped: 2 })
      },
    ))

  test.runIf(xlen === 32 || isExhaustive)(
    'tail calls return to the caller of their caller; a loop of them comes back to its functions',
    () =>
      runOf(
        xlen,
        code => {
          code.fn('start').li('a0', 1_000_000).op('jal', { rd: 'ra', target: 'even' }).op('terminate')
          code
            .fn('even')
            .op('addi', { rd: 'a0', rs1: 'a0', imm: -1 })
            .op('bne', { rs1: 'a0', target: 'odd' })
            .op('jalr', ret)
          // By pointer, too.
          code.fn('odd').op('addi', { rd: 'a0', rs1: 'a0', imm: -1 }).op('beq', { rs1: 'a0', target: 'done' })
          code.op('auipc', { rd: 't1' }).op('jalr', { rs1: 't1', imm: -20 }).label('done').op('jalr', ret)
        },
        (run, tree) => {
          expect(tree()).toEqual([['start', '0x 4', ['even', '1x 1000000', ['~odd', '500000x 1999999']]]])
          expect(run.instret).toBe(3_000_003n)
        },
      ),
  )

  test('a cold part is jumped to and back: one call', () =>
    runOf(
      xlen,
      code => {
        code.fn('start').op('jal', { rd: 'ra', target: 'f' }).op('jal', { rd: 'ra', target: 'f' }).op('terminate')
        code.fn('f').op('beq', { target: 'cold' }).label('back').op('addi', { rd: 'a1' }).op('jalr', ret)
        code.fn('f.cold').op('addi', { rd: 'a2' }).label('cold').op('addi', { rd: 'a2' }).op('jal', { target: 'back' })
      },
      (run, tree) => {
        expect(tree()).toEqual([['start', '0x 3', ['f', '2x 6', ['~f.cold', '2x 4']]]])
        expect(callsOf(run)).toMatchObject({ unmatched: 0, skipped: 0 })
      },
    ))

  test('coroutines: a stack that is switched is another one, and each returns to where it was', () =>
    runOf(
      xlen,
      code => {
        // t0 of the one is where the other goes on: the hint of a coroutine's jump is a call each way.
        code.fn('start').li('sp', STACK).op('jal', { rd: 'ra', target: 'main' }).op('terminate')
        code.fn('main').op('addi', { rd: 's0', rs1: 'ra' }).op('jal', { rd: 't0', target: 'co' })
        code
          .op('addi', { rd: 'a0', imm: 1 })
          .op('jalr', { rd: 'ra', rs1: 't0' })
          .op('addi', { rd: 'ra', rs1: 's0' })
          .op('jalr', ret)
        code
          .fn('co')
          .op('addi', { rd: 's1', rs1: 'sp' })
          .li('sp', STACK + 0x400)
          .op('jalr', { rd: 't0', rs1: 't0' })
        code.op('addi', { rd: 'sp', rs1: 's1' }).op('jalr', ret)
      },
      (run, tree) => {
        expect(tree()).toEqual([['start', '0x 3', ['main', '1x 2', ['co', '1x 4', ['main', '1x 4', ['co', '1x 2']]]]]])
        expect(callsOf(run)).toMatchObject({ unmatched: 0, skipped: 2, forgotten: 0 })
      },
    ))

  test.runIf(xlen === 64 || isExhaustive)('recursion 10^6 deep is folded behind 1,000 levels', () =>
    runOf(
      xlen,
      code => {
        code.fn('start').li('sp', STACK).li('a0', 1_000_000).op('jal', { rd: 'ra', target: 'f' }).op('terminate')
        // The stack of the guest has no room for all of that, so every return is known: behind the call.
        code.fn('f').op('addi', { rd: 'a0', rs1: 'a0', imm: -1 }).op('beq', { rs1: 'a0', target: 'up' })
        code.op('jal', { rd: 'ra', target: 'f' }).label('up').op('addi', { rd: 'a1', rs1: 'a1', imm: 1 })
        code.li('a2', 1_000_000).op('beq', { rs1: 'a1', rs2: 'a2', target: 'out' }).op('jalr', ret)
        code
          .label('out')
          .li('ra', TEXT + 4 * 4)
          .op('jalr', ret)
      },
      run => {
        const { paths, contexts, skipped, unmatched } = callsOf(run)
        expect(paths.parent.length).toBe(1000)
        expect(contexts.calls.reduce((sum, calls) => sum + calls, 0)).toBe(1_000_000)
        expect(contexts.calls.at(-1)).toBe(1_000_000 - 998)
        expect([run.outcome, unmatched]).toEqual(['terminated', 0])
        expect(skipped).toBe(0)
      },
    ),
  )

  test('mutual recursion beyond 1,000 levels', () =>
    runOf(
      xlen,
      code => {
        code.fn('start').li('a0', 1501).op('jal', { rd: 'ra', target: 'f' })
        code.fn('f').op('addi', { rd: 'a0', rs1: 'a0', imm: -1 }).op('beq', { rs1: 'a0', target: 'end' })
        code.op('jal', { rd: 'ra', target: 'g' })
        code.fn('g').op('jal', { rd: 'ra', target: 'f' }).label('end').op('jal', { rd: 'ra', target: 'last' })
        code.fn('last').op('terminate')
      },
      run => {
        const { functions, paths, contexts } = callsOf(run)
        // start, f, g, f, …, f; beyond each is the nearest above. The branch into g is a tail call, last has no node yet.
        expect(paths.parent.length).toBe(1001)
        const last = functions.length - 1
        expect(Array.from(contexts.path, path => paths.function[path]).filter(of => of === last)).toHaveLength(1)
        expect(contexts.calls.reduce((sum, calls) => sum + calls, 0)).toBe(1501 + 1500 + 1 + 1)
      },
    ))

  test('a trap in the middle of a call', () =>
    runOf(
      xlen,
      code => {
        code.fn('start').op('jal', { rd: 'ra', target: 'f' }).op('terminate')
        code.fn('f').op('addi', { rd: 'a0', imm: -1 }).op('lw', { rd: 'a1', rs1: 'a0' }).op('jalr', ret)
      },
      (run, tree) => {
        expect(run.outcome).toBe('trapped')
        expect(tree()).toEqual([['start', '0x 1', ['f', '1x 1']]])
      },
    ))

  test('a return that nobody called for is unmatched, and goes on from there', () =>
    runOf(
      xlen,
      code => {
        code.fn('start').op('auipc', { rd: 'ra' }).op('jalr', { rs1: 'ra', imm: 8 })
        code.fn('f').op('jal', { rd: 'ra', target: 'g' }).op('terminate')
        code.fn('g').op('jalr', ret)
      },
      (run, tree) => {
        expect(tree()).toEqual([
          ['start', '0x 2'],
          ['[unmatched]', '', ['f', '1x 2', ['g', '1x 1']]],
        ])
        expect(callsOf(run)).toMatchObject({ unmatched: 1, skipped: 0 })
      },
    ))

  test('steps: markers in the middle of blocks, in loops, in callees and across returns', () =>
    runOf(
      xlen,
      code => {
        const mark = (imm: number): Assembler => code.op('addi', { rd: 0, rs1: 0, imm })
        code.fn('start').op('addi', { rd: 'a0', imm: 3 })
        mark(1).label('loop').op('addi', { rd: 'a0', rs1: 'a0', imm: -1 })
        mark(2).op('bne', { rs1: 'a0', target: 'loop' }).op('jal', { rd: 'ra', target: 'f' })
        code.op('jal', { rd: 'ra', target: 'f' }).op('terminate')
        code.fn('f').op('addi', { rd: 'a1' })
        mark(-2048).op('jalr', ret)
      },
      (run, tree) => {
        expect(tree()).toEqual([['start', '-2048: 0x 2, 0x 1, 1: 0x 2, 2: 0x 9', ['f', '-2048: 1x 5, 2: 1x 1']]])
        expect(run.outcome).toBe('terminated')
      },
    ))
})
