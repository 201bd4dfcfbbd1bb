/** Checks what callers hand over, and takes a copy: what they change afterwards changes nothing. */
import { types } from 'node:util'
import { closest } from 'fastest-levenshtein'
import * as v from 'valibot'
import { RvrError, shown } from './errors.ts'

/** A number in words: powers of two are easier to read than their digits. */
function written(value: bigint): string {
  const bits = value.toString(2).length
  return value < 1_000_000n || value !== (1n << BigInt(bits)) - 1n ? `${value}` : `2^${bits} - 1 (${value})`
}

const isWhole = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))

/** A whole number from `min` to `max`, given as number or bigint. */
export function count(min: number | bigint, max: number | bigint) {
  return v.pipe(
    v.custom<number | bigint>(
      value => isWhole(value) && value >= min && value <= max,
      `a whole number from ${min} to ${written(BigInt(max))}`,
    ),
    v.transform(value => BigInt(value)),
  )
}

/** The same for what is counted in numbers. */
export const number = (min: number, max: number) => v.pipe(count(min, max), v.transform(Number))

/** Any number from 0 to `max`, fractions included. */
export function upTo(max: number, what: string) {
  return v.custom<number>(
    value => typeof value === 'number' && value >= 0 && value <= max,
    `${what} from 0 to ${max === Infinity ? 'Infinity' : written(BigInt(max))}`,
  )
}

/** Bytes, in memory of their own. */
export const bytes = v.pipe(
  v.custom<Uint8Array>(types.isUint8Array, 'a Uint8Array'),
  v.transform(value => new Uint8Array(value)),
)

export const text = v.string('a string')
export const flag = v.boolean('true or false')
/** Objects of rvr's own, in options that errors do not list. */
export const internal = v.any()
export const texts = v.array(text, 'an array of strings')
/** Plain data, copied as a whole. */
export const data = <T extends object>(wanted: string) =>
  v.pipe(
    v.custom<T>(value => typeof value === 'object' && value !== null, wanted),
    v.rawTransform<T, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return structuredClone(dataset.value)
      } catch {
        addIssue({ message: wanted })
        return NEVER
      }
    }),
  )
export const callback = <F extends (...args: never[]) => unknown>() =>
  v.custom<F>(value => typeof value === 'function', 'a function')
export const signal = v.custom<AbortSignal>(
  value => typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value,
  'an AbortSignal',
)

/** What `schema` accepts, or `false`. */
export const orFalse = <const Schema extends v.GenericSchema>(schema: Schema) =>
  v.lazy(value => (value === false ? v.literal(false) : schema))

/** The options `T` and no others: one schema for each, which also says what may be left out. */
export function options<T extends object>(entries: {
  readonly [Key in keyof Required<T>]: v.GenericSchema
}): v.GenericSchema<unknown, T> {
  return v.strictObject(entries, 'an object') as v.GenericSchema<unknown, unknown> as v.GenericSchema<unknown, T>
}

type Issue = v.BaseIssue<unknown>

/** The value of `schema` that `value`, an argument or the options of `call`, has. @throws RvrError `USAGE`. */
export function accept<const Schema extends v.GenericSchema>(
  schema: Schema,
  call: string,
  value: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortEarly: true })
  if (result.success) return result.output
  const issue = result.issues[0]
  throw issue.expected === 'never' ? unknownOption(schema, call, issue) : unacceptable(call, issue)
}

function unacceptable(call: string, issue: Issue): RvrError {
  const field = v.getDotPath(issue)
  return new RvrError(
    'USAGE',
    `${call}: ${field === null ? 'the argument' : field} is ${shown(issue.input)}, wanted ${issue.message}`,
    {
      hint: 'docs/sdk.md lists what each call takes.',
      details: { call, field: field ?? undefined, wanted: issue.message },
    },
  )
}

function unknownOption(schema: v.GenericSchema, call: string, issue: Issue): RvrError {
  const path = issue.path?.map(({ key }) => String(key)) ?? []
  const name = path.at(-1) ?? ''
  const known = optionNames(schema, path.slice(0, -1))
  const nearest = nearestTo(name, known)
  return new RvrError('USAGE', `${call}: there is no option ${path.join('.')}`, {
    hint: nearest === undefined ? 'Leave it out.' : `Is ${nearest} meant? Known are ${known.join(', ')}.`,
    details: { call, field: path.join('.'), nearest },
  })
}

/** A name that the given one begins, whatever its case, else the one of the fewest differing letters. */
export function nearestTo(name: string, known: readonly string[]): string | undefined {
  const begun = known.find(other => other.toLowerCase().startsWith(name.toLowerCase()))
  return begun ?? (known.length === 0 ? undefined : closest(name, [...known]))
}

/** Names of the options of a schema, or of the option that `path` leads to. */
function optionNames(schema: unknown, path: readonly string[]): readonly string[] {
  const entries = entriesOf(schema) ?? {}
  const [key, ...rest] = path
  return key === undefined
    ? Object.keys(entries).filter(name => !isInternal(entries[name]))
    : optionNames(entries[key], rest)
}

const isInternal = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && 'wrapped' in schema && schema.wrapped === internal

/** The entries of the object schema that `schema` is, or wraps. */
function entriesOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined
  if ('entries' in schema) return schema.entries as Readonly<Record<string, unknown>>
  if ('wrapped' in schema) return entriesOf(schema.wrapped)
  return 'getter' in schema && typeof schema.getter === 'function'
    ? entriesOf((schema.getter as (input: unknown) => unknown)({}))
    : undefined
}
