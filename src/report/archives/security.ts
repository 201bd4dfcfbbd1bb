/** Bits of security as answers have them: by site, and the least. */
import { leastBits, sites, type Security, type SiteBits } from '../../stark/security.ts'
import { table } from '../form/table.ts'

const rounded = (bits: number): number => Math.round(bits * 10) / 10

const listed = (bits: SiteBits): Readonly<Record<string, number>> =>
  Object.fromEntries([...sites.map(site => [site, rounded(bits[site])]), ['least', rounded(leastBits(bits))]])

/** By what they rest on. */
export const securityJson = ({ conjectured, unique, johnson }: Security): object => ({
  conjectured: listed(conjectured),
  unique: listed(unique),
  johnson: johnson && listed(johnson),
})

export function securityText({ conjectured, unique, johnson }: Security): string {
  const row = (name: string, bits: SiteBits | undefined): string[][] =>
    bits === undefined ? [] : [[name, ...sites.map(site => bits[site].toFixed(1)), leastBits(bits).toFixed(1)]]
  const rows = [
    ['bits', ...sites, 'least'],
    ...row('conjectured', conjectured),
    ...row('unique decoding (proven)', unique),
    ...row('Johnson (proven)', johnson),
  ]
  return table(rows, `l${'r'.repeat(sites.length + 1)}`, '  ')
}
