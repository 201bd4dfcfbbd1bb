/** Profiles of guests without symbols, and of runs whose calls could not all be matched. */
import { expect, test } from 'vitest'
import { parseElf } from '../../src/elf/parse.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { guestProfile, type ProfileSubject } from '../../src/guest-profile/build.ts'
import type { GuestProfile } from '../../src/guest-profile/guest-profile.ts'
import { defaultMachine } from '../../src/machine/machine.ts'
import { OTHER, UNMATCHED, type CallCounts } from '../../src/modes/calls/counts.ts'
import { functionsOf } from '../../src/modes/calls/functions.ts'
import { assembler } from '../support/assembler.ts'
import { buildElf } from '../support/elf-builder.ts'
import { checkProfile } from './synthetic.ts'

const TEXT = 0x20_0800

/** The entry calls a second function. */
const code = assembler(64, TEXT)
  .op('addi', { rd: 1, imm: 1 })
  .op('jal', { rd: 1, target: 'second' })
  .op('jalr', { rd: 1, rs1: 5 })
for (let count = 0; count < 3; count++) code.op('addi', { rd: 2, imm: count })
code.label('second').op('addi', { rd: 3, imm: 5 }).op('jalr', { rs1: 1 })

const elf = buildElf({ xlen: 64, entry: TEXT, segments: [{ address: TEXT, bytes: code.finish(), flags: 5 }] })
const subject: ProfileSubject = {
  image: parseElf(elf, 'guest.elf'),
  abi: abiNamed('openvm'),
  machine: defaultMachine(64),
  guestName: 'plain',
  outcome: 'trapped',
}
const { starts } = functionsOf(subject.image, 4)

/** Contexts of step 0 that execute `instructions` from a function's offset on, so often. */
type Context = readonly [path: number, slot: number, instructions: number, times: number, step?: number]

type Path = readonly [parent: number, of: number, isTail?: 1]

function counts(paths: readonly Path[], contexts: readonly Context[]): CallCounts {
  const at = (path: number): number => Math.max(0, paths[path]![1])
  return {
    functions: starts,
    paths: {
      parent: Int32Array.from(paths, ([parent]) => parent),
      function: Int32Array.from(paths, ([, of]) => of),
      isTail: Uint8Array.from(paths, ([, , isTail = 0]) => isTail),
    },
    contexts: {
      path: Uint32Array.from(contexts, ([path]) => path),
      step: Int32Array.from(contexts, ([, , , , step = 0]) => step),
      calls: new Float64Array(contexts.length).fill(1),
      touches: Float64Array.from(contexts, (_, index) => index + 1),
      firstRun: Uint32Array.from([...contexts, 0], (_, index) => index),
    },
    runs: {
      slotBytes: 4,
      pc: Uint32Array.from(contexts, ([path, slot]) => starts[at(path)]! + 4 * slot),
      instructions: Uint32Array.from(contexts, ([, , instructions]) => instructions),
      times: Float64Array.from(contexts, ([, , , times]) => times),
    },
    extraRows: { context: new Uint32Array(), pc: new Uint32Array(), rows: new Float64Array() },
    unmatched: 0,
    skipped: 0,
    forgotten: 0,
  }
}

/** `depth name calls instructions`, in the order of the nodes. */
function lines({ nodes, costs, functions }: GuestProfile): string[] {
  const depth: number[] = []
  return Array.from(nodes.parent, (parent, node) => {
    depth.push(parent < 0 ? 0 : depth[parent]! + 1)
    const own = costs.instructions.filter((_, row) => costs.node[row] === node).reduce((sum, each) => sum + each, 0)
    return `${depth[node]} ${functions[nodes.function[node]!]!.name} ${nodes.calls[node]} ${own}`
  })
}

test('functions without symbols are named by their addresses', () => {
  expect([...starts]).toEqual([TEXT, TEXT + 0x18])
  const given = counts(
    [
      [-1, 0],
      [0, 1],
    ],
    [
      [0, 0, 2, 1],
      [1, 0, 2, 1],
    ],
  )
  const profile = guestProfile(subject, { calls: given })
  checkProfile(profile)
  expect(lines(profile)).toEqual(['0 [guest] 0 0', '1 fn_00200800 1 2', '2 fn_00200818 1 2'])
  expect(profile.functions[1]).toEqual({
    name: 'fn_00200800',
    symbol: undefined,
    address: TEXT,
    file: -1,
    line: 0,
  })
  expect(profile.warnings).toEqual([
    'the guest has no function symbols: its functions are named by their addresses',
    'the guest has no debug information: lines and inlined functions are unknown (compile it with -g)',
  ])
  expect(profile).toMatchObject({ outcome: 'trapped', memory: undefined, files: [], hasCalls: true })
})

test('what could not be matched, and what had no room, are nodes of their own', () => {
  const given = counts(
    [
      [-1, 0],
      [-1, UNMATCHED],
      [1, 1],
      [-1, OTHER],
      [3, 0],
      [3, 1],
      [4, 1],
    ],
    [
      [0, 0, 3, 2],
      [2, 0, 2, 5],
      [4, 0, 2, 7],
      [5, 1, 1, 9],
      [6, 1, 1, 1],
    ],
  )
  const profile = guestProfile(
    { ...subject, memory: 100 },
    { calls: { ...given, unmatched: 1, skipped: 2, forgotten: 3 } },
  )
  checkProfile(profile)
  expect(lines(profile)).toEqual([
    '0 [guest] 0 0',
    '1 fn_00200800 1 6',
    '1 [unmatched] 0 0',
    '2 fn_00200818 1 10',
    '1 [other contexts] 0 0',
    '2 fn_00200800 1 14',
    '2 fn_00200818 1 9',
    '3 fn_00200818 1 1',
  ])
  expect(profile.warnings.slice(2)).toEqual([
    '1 return led to where no open call came from: see [unmatched]',
    '2 calls ended without a return of its own: longjmp, exceptions, switched stacks',
    '3 open calls had to be forgotten: too many were open at once',
    'there was no room for all calling contexts: the rest count together in [other contexts]',
  ])
  // 1, 2, 3, 4 and 5 of 15 first touches.
  expect(profile.nodes.memory).toEqual(Float64Array.of(0, 6, 0, 14, 0, 20, 26, 34))
  expect(profile.memory).toBe(100)
})

test('a function that was called and jumped to by one caller is one node', () => {
  const given = counts(
    [
      [-1, 0],
      [0, 1],
      [1, 0],
      [0, 1, 1],
      [3, 0],
      [3, 1],
    ],
    [
      [0, 0, 3, 2],
      [1, 0, 2, 5],
      [2, 0, 2, 7],
      [3, 1, 1, 11],
      [4, 0, 1, 13],
      [5, 1, 1, 17],
    ],
  )
  const profile = guestProfile(subject, { calls: given })
  checkProfile(profile)
  expect(lines(profile)).toEqual([
    '0 [guest] 0 0',
    '1 fn_00200800 1 6',
    '2 fn_00200818 2 21',
    '3 fn_00200800 2 27',
    '3 fn_00200818 1 17',
  ])
})

test('a run that executed nothing', () => {
  const profile = guestProfile(subject, { profile: { slotBytes: 4, pages: new Map(), extraRows: new Map() } })
  checkProfile(profile)
  expect(lines(profile)).toEqual(['0 [guest] 0 0'])
  expect(profile.totals).toEqual({ instructions: 0, cells: 0 })
})

test('contexts of one path and many steps, in any order', () => {
  const markers = Array.from({ length: 300 }, (_, index) => ((index * 7) % 300) - 150)
  const contexts = markers.map((marker, index): Context => [0, index % 2, 1, 1 + index, marker])
  const profile = guestProfile(subject, { calls: counts([[-1, 0]], contexts) })
  checkProfile(profile)
  expect(profile.steps.map(({ marker }) => marker)).toEqual(markers.toSorted((a, b) => a - b))
  expect(profile.instructions.pc.length).toBe(300)
  expect(profile.costs.step).toEqual(Uint32Array.from(markers, (_, step) => step))
})
