/** Values of options: durations, sizes, counts. */
import { RvrError } from '../../errors.ts'

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  kib: 2 ** 10,
  m: 2 ** 20,
  mib: 2 ** 20,
  g: 2 ** 30,
  gib: 2 ** 30,
  t: 2 ** 40,
  tib: 2 ** 40,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
}
/** Longest delay that a timer accepts (about 24.8 days). */
const MAX_DURATION_MS = 2 ** 31 - 1

const usage = (message: string, hint: string): RvrError => new RvrError('USAGE', message, { hint })

/** `30s`, `500ms`, `1.5m`, `2h` → milliseconds. @throws RvrError `USAGE`. */
export function parseDuration(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim()) ?? []
  const ms = digits === undefined ? NaN : Number(digits) * DURATION_UNITS[unit!]!
  if (Number.isNaN(ms))
    throw usage(`${JSON.stringify(text)} is not a duration`, 'Write a number and a unit: 500ms, 30s, 2m, 1h.')
  if (ms > MAX_DURATION_MS)
    throw usage(`${JSON.stringify(text)} is longer than rvr can wait`, 'The longest duration is 24 days (576h).')
  return ms
}

/** What an option's number may be, both ends included. */
export interface Range {
  readonly least?: number
  readonly greatest?: number
}

function within(text: string, value: number, { least = 0, greatest = Number.MAX_SAFE_INTEGER }: Range): number {
  const shown = greatest === Number.MAX_SAFE_INTEGER ? '2^53 − 1' : greatest.toLocaleString('en')
  if (value > greatest) throw usage(`${JSON.stringify(text)} is too large`, `The greatest value is ${shown}.`)
  if (value < least) throw usage(`${JSON.stringify(text)} is too small`, `The least value is ${least}.`)
  return value
}

/**
 * `64`, `4KiB`, `2g` → bytes; KiB/MiB/GiB/TiB (also k, m, g, t) are powers of 1024, kB/MB/GB/TB powers of 1000.
 *
 * @throws RvrError `USAGE`.
 */
export const sizeIn =
  (range: Range) =>
  (text: string): number => {
    const [, digits, unit] = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(text.trim()) ?? []
    const scale = SIZE_UNITS[(unit ?? '?').toLowerCase()]
    const bytes = digits === undefined || scale === undefined ? NaN : Number(digits) * scale
    if (bytes > Number.MAX_SAFE_INTEGER) return within(text, Infinity, range)
    const forms = 'Write a whole number of bytes, or a number and a unit: 64, 4KiB, 512MiB, 5GiB.'
    if (!Number.isSafeInteger(bytes)) throw usage(`${JSON.stringify(text)} is not a size`, forms)
    return within(text, bytes, range)
  }

/** Any size. @throws RvrError `USAGE`. */
export const parseSize = sizeIn({})

/** A whole number ≥ 0, decimal (`_` may separate digits) or 0x… @throws RvrError `USAGE`. */
export function parseCount(text: string): bigint {
  const digits = text.trim()
  if (!/^(\d+(_\d+)*|0x[0-9a-f]+)$/i.test(digits))
    throw usage(`${JSON.stringify(text)} is not a whole number`, 'Write digits only, for example 1000000 or 1_000_000.')
  const value = BigInt(digits.replaceAll('_', ''))
  if (value >= 1n << 62n) throw usage(`${JSON.stringify(text)} is too large`, 'The largest number is 2^62 − 1.')
  return value
}

/** A count that a JavaScript number holds exactly, in a range. @throws RvrError `USAGE`. */
export const limitIn =
  (range: Range) =>
  (text: string): number =>
    within(text, Number(parseCount(text)), range)

/** Any such count. @throws RvrError `USAGE`. */
export const parseLimit = limitIn({})

/** `1000,2500` → numbers. @throws RvrError `USAGE`. */
export function parseEnds(text: string): number[] {
  const ends = text.split(',').map(part => parseLimit(part))
  const wrong = ends.findIndex((end, index) => index > 0 && end <= ends[index - 1]!)
  if (wrong >= 0) throw usage(`${JSON.stringify(text)} does not ascend at ${ends[wrong]}`, 'Write 1000,2000,5000.')
  return ends
}

/** `2`, `2%`, `0.5%` → percent. @throws RvrError `USAGE`. */
export function parsePercent(text: string): number {
  const [, digits] = /^(\d{1,9}(?:\.\d{1,6})?)%?$/.exec(text.trim()) ?? []
  if (digits === undefined)
    throw usage(`${JSON.stringify(text)} is not a percentage`, 'Write a number from 0 on, for example 2% or 0.5%.')
  return Number(digits)
}

/** A whole number from 1 to 1024. @throws RvrError `USAGE`. */
export function parseJobs(text: string): number {
  const value = parseCount(text)
  if (value < 1n || value > 1024n)
    throw usage(`${JSON.stringify(text)} is no number of compiler processes`, 'Give a number from 1 to 1024.')
  return Number(value)
}

/** A 64-bit seed. @throws RvrError `USAGE`. */
export function parseSeed(text: string): bigint {
  if (!/^(\d+|0x[0-9a-f]+)$/i.test(text) || BigInt(text) >= 1n << 64n)
    throw usage(`${JSON.stringify(text)} is not a seed`, 'Give a whole number below 2^64.')
  return BigInt(text)
}
