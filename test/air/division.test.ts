/** Division at its corners: no other quotient and remainder are accepted, whatever is said of signs, zeros and marks. */
import { describe, expect, test } from 'vitest'
import { inTable, messagesOf } from '../../src/air/check/messages.ts'
import { brokenConstraints } from '../../src/air/check/rows.ts'
import { element, inverse } from '../../src/air/field.ts'
import { casesOf, rowsOf, START } from './corners.ts'
import { fill, type Filled } from './execute.ts'
import { allAirs } from './sets.ts'

const limbsOf = (value: bigint, n: number): number[] =>
  Array.from({ length: n }, (_, k) => Number((value >> BigInt(8 * k)) & 0xffn))
const inverseOrZero = (value: number): number => (element(BigInt(value)) === 0 ? 0 : inverse(element(BigInt(value))))

interface Claim {
  readonly q: bigint
  readonly r: bigint
  /** Divisor or remainder is said to be 0. */
  readonly zero: 'y_zero' | 'r_zero' | undefined
  readonly qSign: number
  /** The byte that is said to be the highest in which remainder and divisor differ. */
  readonly mark: number
}

/** The row with another quotient and remainder, and all that follows from them. */
function claiming({ air, rows }: Filled, n: number, { q, r, zero, qSign, mark }: Claim): number[] {
  const forged = rows[0]!.slice()
  const place = (column: string): number => air.columns.indexOf(column)
  const set = (column: string, value: number): void => void (forged[place(column)] = element(BigInt(value)))
  const get = (column: string): number => forged[place(column)]!
  const magnitude = BigInt.asUintN(8 * n, get('sign_xor') === 1 ? -r : r)
  const [quotient, rest, small] = [limbsOf(q, n), limbsOf(r, n), limbsOf(magnitude, n)]
  const isRegular = zero === undefined
  for (let k = 0; k < n; k++) {
    set(`q[${k}]`, quotient[k]!)
    set(`r[${k}]`, rest[k]!)
    set(`ra[${k}]`, small[k]!)
    set(`ra_inv[${k}]`, inverseOrZero(small[k]! - 256))
    set(`mark[${k}]`, Number(isRegular && k === mark))
  }
  const apart = get(`y[${mark}]`) - small[mark]!
  set('diff', isRegular ? (get('y_sign') === 1 ? -apart : apart) : 0)
  set('y_zero', Number(zero === 'y_zero'))
  set('r_zero', Number(zero === 'r_zero'))
  set('q_sign', qSign)
  set('r_sum_inv', inverseOrZero(rest.reduce((sum, limb) => sum + limb, 0)))
  return forged
}

describe.each([32, 64] as const)('RV%i', xlen => {
  const set = allAirs(xlen)
  const divisions = rowsOf(xlen, set).filter(({ name }) => /^(div|rem)/.test(name))

  test.each(divisions)('$name', row => {
    const isRemainder = row.name.startsWith('rem')
    const n = row.name.endsWith('w') ? 4 : xlen / 8
    const wrap = (value: bigint): bigint => BigInt.asUintN(8 * n, value)
    const least = 1n << BigInt(8 * n - 1)
    const corners = [0n, 1n, wrap(-1n), least, least - 1n]
    const seen = new Set<string>()
    let refused = 0
    for (const { name, instr, memory } of casesOf(row, xlen)) {
      const made = memory()
      const [x, y] = [wrap(made.register(instr.rs1)), wrap(made.register(instr.rs2))]
      if (seen.has(`${x} ${y}`) || !corners.includes(x) || !corners.includes(y)) continue
      seen.add(`${x} ${y}`)
      const honest = fill(set, instr, { memory: made, ts: START, xlen })
      const { air } = honest
      const valueOf = (limbs: string): bigint =>
        Array.from({ length: n }, (_, k) =>
          BigInt(honest.rows[0]![air.columns.indexOf(`${limbs}[${k}]`)]!),
        ).reduceRight((sum, limb) => (sum << 8n) | limb, 0n)
      const right = valueOf(isRemainder ? 'r' : 'q')
      const quotients = new Set([valueOf('q') + 1n, valueOf('q') - 1n, 0n, -1n, x].map(wrap))
      for (const q of quotients) {
        for (const r of new Set([wrap(x - q * y), x])) {
          if ((isRemainder ? r : q) === right) continue
          for (const zero of ['y_zero', 'r_zero', undefined] as const) {
            for (const qSign of [0, 1]) {
              for (const mark of zero === undefined ? [0, 1, n - 1] : [0]) {
                const forged = [claiming(honest, n, { q, r, zero, qSign, mark })]
                const isRefused =
                  !brokenConstraints(air, forged).next().done ||
                  [...messagesOf(air, set.buses, forged)].some(
                    ({ bus, count, fields }) => count !== 0 && !inTable(bus, fields),
                  )
                if (!isRefused) expect([name, q, r, zero, qSign, mark]).toBe('refused')
                refused++
              }
            }
          }
        }
      }
      // Of the right result it is the honest row that is made so.
      const cell = (column: string): number => honest.rows[0]![air.columns.indexOf(column)]!
      const mark = Array.from({ length: n }, (_, k) => k).find(k => cell(`mark[${k}]`) === 1) ?? 0
      const zero = (['y_zero', 'r_zero'] as const).find(column => cell(column) === 1)
      const own: Claim = { q: valueOf('q'), r: valueOf('r'), zero, qSign: cell('q_sign'), mark }
      expect([name, ...claiming(honest, n, own)]).toEqual([name, ...honest.rows[0]!])
    }
    expect(seen.size).toBe(corners.length ** 2)
    expect(refused).toBeGreaterThan(500)
  })
})
