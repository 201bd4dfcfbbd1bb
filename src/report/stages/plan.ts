/** `rvr emit --stage plan`: what each region's C is written by, in order of the regions' entries. */
import { hexText } from '../../hex.ts'
import { registerNames } from '../../isa/registers.ts'
import { disassemble } from '../../isa/disassemble.ts'
import { eachRegister } from '../../isa/registers-used.ts'
import type { Check } from '../../analysis/facts.ts'
import { SLOTS } from '../../analysis/loops/affine.ts'
import type { FastLoop } from '../../analysis/loops/fast-loop.ts'
import { isStill, type HoistedCheck, type Stride } from '../../analysis/loops/strides.ts'
import { planPairs } from '../../analysis/pairs/plan.ts'
import type { BlockPlan, LoopPlan, RegionPlan } from '../../analysis/plan.ts'
import type { Xlen } from '../../elf/image.ts'
import { readableNames, symbolAt } from '../../elf/symbols.ts'
import type { Graph } from '../../program/program.ts'

const registersIn = (mask: number): string[] => {
  const names: string[] = []
  eachRegister(mask, register => names.push(registerNames[register]!))
  return names
}

/** Registers, and words of the stack that a loop follows like such. */
const sumText = (terms: HoistedCheck['terms'], constant: number, { slots }: FastLoop): string => {
  const name = (register: number): string => registerNames[register] ?? `[sp + ${slots[register - SLOTS]!}]`
  const parts = terms.map(({ register, coefficient }) =>
    coefficient === 1 ? name(register) : `${coefficient} * ${name(register)}`,
  )
  if (parts.length === 0) return `${constant}`
  const sum = parts.join(' + ')
  if (constant === 0) return sum
  return constant < 0 ? `${sum} - ${-constant}` : `${sum} + ${constant}`
}

function strideText(stride: Stride, loop: FastLoop): string {
  if (stride.register === 0) return `${stride.constant}`
  return sumText([{ register: stride.register, coefficient: stride.factor }], 0, loop)
}

const checkJson = (pc: number, { register, low, high }: Check) => ({
  pc: hexText(pc),
  register: registerNames[register]!,
  low,
  high,
})

function blockJson({ block, instrs, tests, amounts, checks, loads, stored, dirtyAtEntry }: BlockPlan, xlen: Xlen) {
  const pcOf = (index: number): number => instrs[index]!.pc
  const pairs = xlen === 32 ? planPairs(instrs) : undefined
  const steps = pairs?.before.flat().filter(({ kind }) => kind === 'compute').length
  return {
    pc: hexText(block.pc),
    instructions: block.count,
    stopTest: tests,
    amounts,
    checks: [
      ...checks.head.map(check => checkJson(block.pc, check)),
      ...[...checks.inner].map(([index, check]) => checkJson(pcOf(index), check)),
    ],
    loads: [...(loads ?? [])].map(([index, mask]) => ({ pc: hexText(pcOf(index)), registers: registersIn(mask) })),
    dirty: registersIn(dirtyAtEntry),
    stores: registersIn(stored),
    pairs: steps ?? 0,
  }
}

function loopJson({ loop, blocks, tests, alone, counted }: LoopPlan, xlen: Xlen) {
  const hoisted = ({ terms, low, high, stride }: HoistedCheck, isTested: boolean) => ({
    address: sumText(terms, 0, loop),
    low,
    high,
    stride: strideText(stride, loop),
    still: isStill(stride),
    tested: isTested,
  })
  return {
    header: hexText(blocks[0]!.block.pc),
    onlyCopy: alone,
    longest: loop.longest,
    iterations: loop.iterations,
    trips: counted && {
      low: sumText(counted.count.low.terms, counted.count.low.constant, loop),
      high: sumText(counted.count.high.terms, counted.count.high.constant, loop),
      step: strideText(counted.count.stride, loop),
      end: counted.count.end,
      signed: counted.count.signed,
    },
    hoisted: loop.hoisted.map(check => hoisted(check, tests.includes(check))),
    words: loop.kept.words.map(({ offset }) => offset),
    blocks: blocks.map(block => blockJson(block, xlen)),
  }
}

function regionJson({ region, blocks, loaded, locals, loops, replaced }: RegionPlan, xlen: Xlen) {
  const isWritten = ({ block }: BlockPlan): boolean => !replaced.has(block.id)
  return {
    kind: region.kind,
    entry: hexText(blocks[0]!.block.pc),
    loaded: registersIn(loaded),
    locals: registersIn(locals),
    blocks: blocks.filter(isWritten).map(block => blockJson(block, xlen)),
    loops: [...loops.values()].map(loop => loopJson(loop, xlen)),
  }
}

export const planJson = (graph: Graph, mode: string, plans: readonly RegionPlan[]) => ({
  stage: 'plan',
  mode,
  regions: plans.map(plan => regionJson(plan, graph.program.xlen)),
})

type BlockJson = ReturnType<typeof blockJson>
type LoopJson = ReturnType<typeof loopJson>

/** The text of a list with a name in front; nothing where it is empty. */
const listed = (name: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`${name} ${items.join(' ')}`]

const rangeText = (base: string, low: number, high: number): string =>
  `${base}${low < 0 ? ` - ${-low}` : ` + ${low}`} … + ${high}`

function blockLines(block: BlockJson, disassembled: ReadonlyMap<string, string>): string[] {
  const notes = [
    ...(block.stopTest ? ['stop test'] : []),
    ...listed('dirty', block.dirty),
    ...listed('stores', block.stores),
    ...(block.pairs > 0 ? [`${block.pairs} operations on pairs`] : []),
  ]
  const count = `${block.instructions} instructions`
  return [
    `  block ${block.pc} ${count}${notes.length === 0 ? '' : `: ${notes.join(', ')}`}`,
    ...block.checks.map(({ pc, register, low, high }) => `    check ${pc} ${rangeText(register, low, high)}`),
    ...block.loads.map(
      ({ pc, registers }) => `    load ${registers.join(' ')} in front of ${pc} ${disassembled.get(pc) ?? ''}`,
    ),
  ]
}

function loopLines(loop: LoopJson, disassembled: ReadonlyMap<string, string>): string[] {
  const { header, trips, longest, iterations, onlyCopy, words } = loop
  const count =
    trips === undefined
      ? `chunks of ${iterations} iterations`
      : `counted from ${trips.low} to ${trips.high} by ${trips.step}, ends when ${trips.end}`
  const kept = words.length === 0 ? '' : `, keeps words of the stack at ${words.join(' ')}`
  return [
    `  loop ${header}${onlyCopy ? ' (only copy)' : ''}: ${longest} instructions a turn, ${count}${kept}`,
    ...loop.hoisted.map(({ address, low, high, stride, tested }) => {
      const how = tested ? 'test' : 'known'
      return `    ${how} ${rangeText(address, low, high)}, moves by ${stride}`
    }),
    ...loop.blocks.flatMap(block => blockLines(block, disassembled).map(line => `  ${line}`)),
  ]
}

/** A paragraph for each region. */
export function planText(graph: Graph, mode: string, plans: readonly RegionPlan[]): string {
  const { image } = graph.program
  readableNames(image).all(image.symbols.flatMap(({ kind, name }) => (kind === 'function' ? name : [])))
  const disassembled = new Map<string, string>()
  for (const { blocks } of plans)
    for (const { instrs } of blocks) for (const instr of instrs) disassembled.set(hexText(instr.pc), disassemble(instr))
  const paragraphs = planJson(graph, mode, plans).regions.map(region => {
    const symbol = symbolAt(image, Number(region.entry))
    const notes = [...listed('loads', region.loaded), ...listed('locals', region.locals)]
    const name = symbol === undefined ? '' : ` <${symbol}>`
    const lines = [
      `region ${region.kind} ${region.entry}${name}${notes.length === 0 ? '' : `: ${notes.join(', ')}`}`,
      ...region.blocks.flatMap(block => blockLines(block, disassembled)),
      ...region.loops.flatMap(loop => loopLines(loop, disassembled)),
    ]
    return `${lines.join('\n')}\n`
  })
  return paragraphs.join('\n')
}
