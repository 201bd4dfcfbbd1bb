/** Profiles for speedscope, in its own file format: one for each unit and step, each as frames that open and close. */
import { version } from '../../version.ts'
import type { GuestProfile } from '../guest-profile.ts'
import { inChunks } from './chunks.ts'
import { costTable, nodeCosts, type NodeCosts } from './cost-table.ts'
import { depthFirst } from './depth-first.ts'
import type { FormatOptions, ProfileFormat } from './format.ts'
import { partsOf } from './parts.ts'

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json'

/** A node's own costs come in front of what it calls. Nodes without any are left out: profiles of steps are small. */
function* events(profile: GuestProfile, order: Uint32Array, { own, total }: NodeCosts): Generator<string> {
  const { parent, function: functions } = profile.nodes
  const open: number[] = []
  let at = 0
  let separator = ''
  const event = (type: 'O' | 'C', node: number): string => {
    const text = `${separator}{"type":"${type}","frame":${functions[node]!},"at":${at}}`
    separator = ',\n'
    return text
  }
  for (const node of order) {
    if (total[node] === 0) continue
    while (open.length > 0 && open.at(-1) !== parent[node]) yield event('C', open.pop()!)
    yield event('O', node)
    open.push(node)
    at += own[node]!
  }
  while (open.length > 0) yield event('C', open.pop()!)
}

function* pieces(profile: GuestProfile, { unit }: FormatOptions): Generator<string> {
  const { guest, functions, files } = profile
  const head = { $schema: SCHEMA, name: guest.name, exporter: `rvr ${version}`, activeProfileIndex: 0 }
  yield `${JSON.stringify(head).slice(0, -1)},"shared":{"frames":[`
  for (const [index, { name, file, line }] of functions.entries()) {
    const frame = { name, file: files[file], line: line === 0 ? undefined : line }
    yield `${index === 0 ? '' : ','}\n${JSON.stringify(frame)}`
  }
  yield ']},"profiles":['
  const table = costTable(profile, unit)
  const order = depthFirst(profile.nodes.parent)
  for (const [index, part] of partsOf(profile.steps, table).entries()) {
    const costs = nodeCosts(profile.nodes.parent, table, part.figure, part.step)
    const about = { type: 'evented', name: part.name, unit: 'none', startValue: 0, endValue: costs.total[0] }
    yield `${index === 0 ? '' : ','}\n${JSON.stringify(about).slice(0, -1)},"events":[`
    yield* events(profile, order, costs)
    yield ']}'
  }
  yield ']}\n'
}

export const speedscope: ProfileFormat = {
  name: 'speedscope',
  extension: '.speedscope.json',
  summary: 'for speedscope.app, a profile for each unit and step',
  isBinary: false,
  write: (profile, options) => inChunks(pieces(profile, options)),
}
