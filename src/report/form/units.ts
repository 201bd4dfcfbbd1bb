/** Numbers as people read them: digits in groups, durations, sizes, shares. */

/** Digits in groups of three. */
export const grouped = (value: bigint | number): string => value.toString().replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 entry`, `2 entries`. */
export const count = (number: number, one: string, many: string): string =>
  `${grouped(number)} ${number === 1 ? one : many}`

/** Milliseconds with a unit that suits them. */
export function durationText(ms: number): string {
  if (ms < 10) return `${ms.toFixed(2)} ms`
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`
}

const RATES = [
  { scale: 1e6, unit: 'million ' },
  { scale: 1e3, unit: 'thousand ' },
]

/** How many instructions a second, in a unit that shows more than zeros. */
export function rateText(instructions: bigint, ms: number): string {
  const perSecond = ms > 0 ? (Number(instructions) / ms) * 1000 : 0
  const { scale, unit } = RATES.find(rate => perSecond >= rate.scale) ?? { scale: 1, unit: '' }
  const number = perSecond / scale
  return `${number.toFixed(scale === 1 || number >= 10 ? 0 : 2)} ${unit}instructions/s`
}

/** Bytes in MiB or GiB. */
export const sizeText = (bytes: number): string =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`

/** A part of 1 in percent. */
export const percentText = (share: number): string =>
  share > 0 && share < 0.0005 ? '<0.1%' : `${(share * 100).toFixed(1)}%`
