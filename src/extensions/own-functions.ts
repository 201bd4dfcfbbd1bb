/** The JavaScript of a user's own extension as rvr calls it: errors say whose they are, answers are checked. */
import * as v from 'valibot'
import { callbackFailed } from '../errors.ts'
import type { CallRow, Row } from '../isa/row.ts'
import type { EffectsHandler, Extension, Handler } from './extension.ts'

const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max))
const Outcome = v.variant('type', [
  v.object({ type: v.literal('continue'), untraced: v.optional(v.literal(true)) }),
  v.object({ type: v.literal('terminate'), exitCode: whole(0, 255) }),
  v.object({
    type: v.literal('trap'),
    trap: v.object({ kind: v.string(), pc: v.number(), address: v.optional(v.bigint()), message: v.string() }),
  }),
])
/** As docs/extensions.md gives them. */
const Effects = v.object({
  rows: whole(1, 1024),
  touched: v.optional(v.object({ space: v.number(), address: v.number(), length: v.number() })),
})
const CallEnd = v.union([v.object({ refused: v.string() }), v.object({ result: v.optional(v.bigint()) })])

/** `answer` where it fits, else an error that says what was wanted. */
function answered<T>(schema: v.GenericSchema<unknown, unknown>, answer: T, wanted: string): T {
  if (v.is(schema, answer) && !(answer instanceof Promise)) return answer
  if (!(answer instanceof Promise)) throw new TypeError(`its answer is not ${wanted}`)
  // Nobody waits for it, so nothing else hears of its failure.
  answer.catch(() => {})
  throw new TypeError(`it answers with a promise, but has to answer at once with ${wanted}`)
}

/** The same extension; the functions in it name themselves when they fail. */
export function guarded(extension: Extension): Extension {
  const guard =
    <Arguments extends unknown[], T>(
      what: string,
      schema: v.GenericSchema,
      wanted: string,
      work: (...args: Arguments) => T,
    ) =>
    (...args: Arguments): T => {
      try {
        return answered(schema, work(...args), wanted)
      } catch (error) {
        throw callbackFailed(`extension ${extension.name}: ${what}`, error)
      }
    }
  const guardRow = (row: CallRow): CallRow => ({
    ...row,
    execute: guard(`execute of ${row.name}`, CallEnd, 'a result or a refusal', row.execute),
  })
  const all = <T>(
    functions: Readonly<Record<string, T>> | undefined,
    one: (name: string, work: T) => T,
  ): Record<string, T> =>
    Object.fromEntries(Object.entries(functions ?? {}).map(([name, work]) => [name, one(name, work)]))
  return {
    ...extension,
    rows: extension.rows.map((row): Row => (row.kind === 'call' ? guardRow(row) : row)),
    handlers: all<Handler>(extension.handlers, (name, work) =>
      guard(`handler of ${name}`, Outcome, 'a HostOutcome', work),
    ),
    effects: all<EffectsHandler>(extension.effects, (name, work) =>
      guard(`effects of ${name}`, Effects, 'HostEffects', work),
    ),
  }
}
