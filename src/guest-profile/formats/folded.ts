/** Folded stacks: a line for each stack, what flamegraph.pl, inferno and many others read. */
import type { GuestProfile } from '../guest-profile.ts'
import { inChunks } from './chunks.ts'
import type { FormatOptions, ProfileFormat } from './format.ts'
import { lineText } from './line-text.ts'
import { DEEPER, Stacks } from './stacks.ts'

/**
 * The format has no way to quote: semicolons part frames, line ends part stacks, and a number behind the last space is
 * a count; readers take a second one for that of another profile.
 */
const frameText = (name: string): string =>
  lineText(name)
    .replaceAll(';', ':')
    .replace(/\s+(?=[\d.]+$)/u, '_')

function* lines(profile: GuestProfile, { unit }: FormatOptions): Generator<string> {
  const names = profile.functions.map(({ name }) => frameText(name))
  const own = new Float64Array(profile.nodes.parent.length)
  for (const [row, cost] of profile.costs[unit].entries()) own[profile.costs.node[row]!]! += cost
  const times = Uint32Array.from(own, cost => Number(cost > 0))
  const stacks = new Stacks(profile, times)
  const costs = new Float64Array(own.length)
  for (const [node, cost] of own.entries()) costs[stacks.written[node]!]! += cost
  for (const [node, cost] of costs.entries()) {
    if (cost === 0) continue
    const { nodes, isCut } = stacks.of(node)
    const frames = nodes.map(at => names[profile.nodes.function[at]!]!)
    if (isCut) frames.splice(-1, 0, DEEPER)
    yield `${frames.join(';')} ${cost}\n`
  }
}

export const folded: ProfileFormat = {
  name: 'folded',
  extension: '.folded',
  summary: 'folded stacks for inferno, flamegraph.pl and speedscope',
  isBinary: false,
  write: (profile, options) => inChunks(lines(profile, options)),
}
