/** Where pairs begin: products of which both halves are computed, shifts and rotations across two registers. */
import type { Instr } from '../../isa/row.ts'
import type { PairGraph, PairKind } from './graph.ts'
import { add, mul, mulh, mulhsu, mulhu, or, sar, shl, shr } from './values.ts'

const products = new Map<number, PairKind>([
  [mulhu, 'mul'],
  [mulh, 'mulSigned'],
  [mulhsu, 'mulMixed'],
])

/** `high << amount | low >> (32 - amount)` with 0 < amount < 32: the upper half of high:low shifted left. */
interface Funnel {
  readonly value: number
  readonly high: number
  readonly low: number
  readonly amount: number
}

/** Adds the pairs of products, and of funnels in both directions. Returns whether there are any. */
export function addSeeds(graph: PairGraph): void {
  const { values } = graph
  const funnels = new Map<number, Funnel>()
  const keyOf = (high: number, low: number, amount: number): number => (high * 0x10000 + low) * 32 + amount
  for (let value = 0; value < values.count; value++) {
    const op = values.op[value]!
    const product = products.get(op)
    if (product !== undefined) {
      const low = values.find(mul, values.a[value]!, values.b[value]!)
      if (low >= 0) graph.add({ kind: product, low, high: value, factors: [values.a[value]!, values.b[value]!] })
    } else if (op === or || op === add) {
      const funnel = asFunnel(graph, value)
      if (funnel === undefined) continue
      funnels.set(keyOf(funnel.high, funnel.low, funnel.amount), funnel)
      const other = funnels.get(keyOf(funnel.low, funnel.high, funnel.amount))
      if (other === undefined) continue
      // Which half is low shows in what the pair is used with; turning an operand by 32 more or less costs nothing
      // here.
      graph.add({
        kind: 'rotate',
        low: other.value,
        high: value,
        operands: [{ low: funnel.low, high: funnel.high }],
        amount: funnel.amount,
        fixed: false,
      })
    }
  }
  for (const funnel of funnels.values()) if (graph.pairOf[funnel.value] === undefined) addShift(graph, funnel)
}

/** A funnel whose other half is a plain shift. */
function addShift(graph: PairGraph, { value, high, low, amount }: Funnel): void {
  const { values } = graph
  const operands = [{ low, high }]
  const rest = 32 - amount
  const left = shifted(graph, shl, low, amount)
  const right = shifted(graph, shr, high, rest)
  const rightSigned = shifted(graph, sar, high, rest)
  if (left >= 0) graph.add({ kind: 'left', low: left, high: value, operands, amount })
  else if (right >= 0) graph.add({ kind: 'right', low: value, high: right, operands, amount: rest })
  else if (rightSigned >= 0) graph.add({ kind: 'rightSigned', low: value, high: rightSigned, operands, amount: rest })
  else if (graph.find(low, high) !== undefined)
    graph.add({ kind: 'right', low: value, high: -1, operands, amount: rest })
  else return
  for (const half of [values.a[value]!, values.b[value]!]) if (values.users[half]!.length === 1) graph.helper[half] = 1
}

function shifted({ values, pairOf }: PairGraph, op: number, value: number, amount: number): number {
  const number = values.findConstant(amount)
  const found = number < 0 ? -1 : values.find(op, value, number)
  return found >= 0 && pairOf[found] === undefined ? found : -1
}

function asFunnel({ values }: PairGraph, value: number): Funnel | undefined {
  const one = values.a[value]!
  const two = values.b[value]!
  const [left, right] = values.op[one] === shl ? [one, two] : [two, one]
  if (values.op[left] !== shl || values.op[right] !== shr) return undefined
  const by = values.b[left]!
  const back = values.b[right]!
  if (!values.isConstant(by) || !values.isConstant(back)) return undefined
  const amount = values.a[by]!
  if (amount === 0 || amount > 31 || amount + values.a[back]! !== 32 || values.a[left] === values.a[right])
    return undefined
  if (values.isConstant(values.a[left]!) && values.isConstant(values.a[right]!)) return undefined
  return { value, high: values.a[left]!, low: values.a[right]!, amount }
}

/**
 * Is there a product's high half, a comparison that is added or subtracted, or two shifts that are put together? Most
 * blocks have none and are done with here.
 */
export function mayHaveSeeds(instrs: readonly Instr[]): boolean {
  // Registers that hold results of comparisons, left shifts and right shifts.
  let compared = 0
  let left = 0
  let right = 0
  for (const { row, rd, rs1, rs2 } of instrs) {
    if (row.kind === 'store') continue
    const one = 1 << rs1
    const two = 1 << rs2
    const target = 1 << rd
    let isCompared = false
    let isLeft = false
    let isRight = false
    if (row.kind === 'alu') {
      switch (row.op) {
        case 'mulhu':
        case 'mulh':
        case 'mulhsu':
          return true
        case 'sltu':
          isCompared = true
          break
        case 'sll':
          isLeft = row.source === 'immediate'
          break
        case 'srl':
          isRight = row.source === 'immediate'
          break
        case 'add':
        case 'sub':
          if (row.source === 'register' && (compared & (one | two)) !== 0) return true
          break
        case 'or':
          if (
            (row.source === 'register' && (left & one) !== 0 && (right & two) !== 0) ||
            ((left & two) !== 0 && (right & one) !== 0)
          )
            return true
      }
    }
    compared = isCompared ? compared | target : compared & ~target
    left = isLeft ? left | target : left & ~target
    right = isRight ? right | target : right & ~target
  }
  return false
}
