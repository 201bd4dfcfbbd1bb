/** Guests of these tests, executed instruction by instruction, and what mode `calls` would count of them, done plainly. */
import { parseElf } from '../../src/elf/parse.ts'
import { MEMORY_BYTES, type Image } from '../../src/elf/image.ts'
import { abiNamed } from '../../src/extensions/registry.ts'
import { createInterpreter } from '../../src/interp/interpreter.ts'
import { loadImage } from '../../src/interp/memory.ts'
import type { Instr } from '../../src/isa/row.ts'
import type { CallCounts } from '../../src/modes/calls/counts.ts'
import { functionAt, functionsOf, isLink } from '../../src/modes/calls/functions.ts'
import { PAGE_SHIFT, pageSlots, type SlotCounts } from '../../src/modes/profile/counts.ts'
import { createHart } from '../../src/program/hart.ts'
import { debugGuests } from '../elf/dwarf/guests.ts'

/** By both compilers, with all kinds of debug information. */
export const steppedGuests = debugGuests.map(spec => ({
  ...spec,
  sources: [new URL('stepped.cpp', import.meta.url).pathname],
}))

/** An instruction as it was executed: in the call `call`, which is one of `calls`, while `step` was the current one. */
export interface TracedStep {
  readonly instr: Instr
  readonly rows: number
  readonly path: number
  readonly step: number
}

export interface TracedPath {
  readonly parent: number
  /** Index in `functionsOf(image, 4).starts`. */
  readonly function: number
  /** Addresses of the calls and jumps that entered it. */
  readonly sites: number[]
}

export interface TracedRun {
  readonly image: Image
  readonly steps: readonly TracedStep[]
  readonly paths: readonly TracedPath[]
}

/** Of a guest whose calls all return, or end by a jump into another function. */
export function traced(elf: Uint8Array): TracedRun {
  const image = parseElf(elf, 'guest.elf')
  const abi = abiNamed('openvm')
  const hart = createHart(image.xlen, new Uint8Array(MEMORY_BYTES))
  loadImage(image, hart.memory)
  abi.start(image, hart, { inputs: [] })
  const executed: { instr: Instr; rows: number }[] = []
  const watcher = {
    retired: (instr: Instr | undefined, _pc: number, rows: number) => executed.push({ instr: instr!, rows }),
  }
  const host = abi.host.create(image, { inputs: [] })
  const run = createInterpreter(image, abi, { watcher }).run(hart, host, { maxInstructions: 1e6, print: () => {} })
  if (run.reason.type !== 'terminated') throw new Error(`the guest stopped: ${JSON.stringify(run.reason)}`)

  const functions = functionsOf(image, 4)
  const paths: TracedPath[] = []
  const enter = (parent: number, address: number, site: number | undefined): number => {
    const of = functionAt(functions, address)
    let path = paths.findIndex(each => each.parent === parent && each.function === of)
    if (path < 0) path = paths.push({ parent, function: of, sites: [] }) - 1
    if (site !== undefined) paths[path]!.sites.push(site)
    return path
  }
  const open: { path: number; back: number }[] = []
  let path = enter(-1, image.entry, undefined)
  let step = 0
  const steps: TracedStep[] = []
  for (const [index, { instr, rows }] of executed.entries()) {
    const { pc, row, rd, rs1, imm } = instr
    if (row.name === 'addi' && rd === 0 && rs1 === 0 && imm !== 0) step = imm
    steps.push({ instr, rows, path, step })
    const next = executed[index + 1]?.instr.pc
    if (next === undefined) break
    const isJump = row.kind === 'jal' || row.kind === 'jalr'
    if (isJump && isLink(rd)) {
      open.push({ path, back: pc + 4 })
      path = enter(path, next, pc)
    } else if (row.kind === 'jalr' && isLink(rs1)) {
      const { path: caller, back } = open.pop()!
      if (back !== next) throw new Error(`0x${pc.toString(16)} does not return`)
      path = caller
    } else if (functionAt(functions, next) !== paths[path]!.function) path = enter(path, next, pc)
  }
  return { image, steps, paths }
}

/** What a mode reports of it. */
export function countsOf({ image, steps, paths }: TracedRun): CallCounts {
  const contexts = new Map<
    string,
    { path: number; step: number; times: Map<number, number>; extra: Map<number, number> }
  >()
  for (const { instr, rows, path, step } of steps) {
    const key = `${path} ${step}`
    if (!contexts.has(key)) contexts.set(key, { path, step, times: new Map(), extra: new Map() })
    const { times, extra } = contexts.get(key)!
    times.set(instr.pc, (times.get(instr.pc) ?? 0) + 1)
    if (rows > 1) extra.set(instr.pc, (extra.get(instr.pc) ?? 0) + rows - 1)
  }
  const list = [...contexts.values()]
  const first: number[] = [0]
  const runs = list.flatMap(({ times }) => {
    const all = [...times].toSorted(([a], [b]) => a - b)
    const joined: { pc: number; instructions: number; times: number }[] = []
    for (const [pc, count] of all) {
      const last = joined.at(-1)
      if (last !== undefined && last.times === count && last.pc + 4 * last.instructions === pc) last.instructions++
      else joined.push({ pc, instructions: 1, times: count })
    }
    first.push(first.at(-1)! + joined.length)
    return joined
  })
  const extra = list.flatMap(({ extra: rows }, context) => [...rows].map(([pc, count]) => ({ context, pc, count })))
  const entered = new Set<number>()
  return {
    functions: functionsOf(image, 4).starts,
    paths: {
      parent: Int32Array.from(paths, ({ parent }) => parent),
      function: Int32Array.from(paths, path => path.function),
      isTail: new Uint8Array(paths.length),
    },
    contexts: {
      path: Uint32Array.from(list, ({ path }) => path),
      step: Int32Array.from(list, ({ step }) => step),
      // All of a path's with the first of its contexts.
      calls: Float64Array.from(list, ({ path }) =>
        entered.size === entered.add(path).size ? 0 : paths[path]!.sites.length,
      ),
      touches: undefined,
      firstRun: Uint32Array.from(first),
    },
    runs: {
      slotBytes: 4,
      pc: Uint32Array.from(runs, ({ pc }) => pc),
      instructions: Uint32Array.from(runs, ({ instructions }) => instructions),
      times: Float64Array.from(runs, ({ times }) => times),
    },
    extraRows: {
      context: Uint32Array.from(extra, ({ context }) => context),
      pc: Uint32Array.from(extra, ({ pc }) => pc),
      rows: Float64Array.from(extra, ({ count }) => count),
    },
    unmatched: 0,
    skipped: 0,
    forgotten: 0,
  }
}

/** What mode `profile` reports of it. */
export function slotCountsOf({ steps }: TracedRun): SlotCounts {
  const pages = new Map<number, Float64Array>()
  const extraRows = new Map<number, number>()
  for (const { instr, rows } of steps) {
    const page = instr.pc >>> PAGE_SHIFT
    if (!pages.has(page)) pages.set(page, new Float64Array(pageSlots(4)))
    pages.get(page)![(instr.pc >>> 2) % pageSlots(4)]!++
    if (rows > 1) extraRows.set(instr.pc, (extraRows.get(instr.pc) ?? 0) + rows - 1)
  }
  return { slotBytes: 4, pages, extraRows }
}
