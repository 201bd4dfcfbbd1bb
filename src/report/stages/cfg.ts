/** `rvr emit --stage cfg`: basic blocks, where they lead, and the regions that become functions. */
import { hexText } from '../../hex.ts'
import type { Regions } from '../../analysis/regions.ts'
import { readableNames, symbolAt } from '../../elf/symbols.ts'
import type { Block, Graph, Region } from '../../program/program.ts'

interface Edge {
  readonly kind: string
  readonly target?: string | null
}

/** Where a block leads; target null is an address outside the program. */
function edges(graph: Graph, { end }: Block): Edge[] {
  const to = (kind: string, id: number | undefined): Edge => ({
    kind,
    target: id === undefined ? null : hexText(graph.blocks[id]!.pc),
  })
  switch (end.kind) {
    case 'branch':
      return [to('taken', end.taken), to('next', end.next)]
    case 'jump':
      return [to('jump', end.target)]
    case 'fall':
      return [to('fall', end.next)]
    case 'indirect':
      return [{ kind: 'indirect' }]
    case 'host':
      return [{ kind: 'host', target: hexText(end.pc) }]
  }
}

export function cfgJson(graph: Graph, regions: Regions) {
  const region = ({ kind, blocks, headers }: Region) => ({
    kind,
    entry: hexText(graph.blocks[blocks[0]!]!.pc),
    blocks: blocks.map(id => hexText(graph.blocks[id]!.pc)),
    loops: [...headers].map(id => hexText(graph.blocks[id]!.pc)),
  })
  return {
    stage: 'cfg',
    blocks: graph.blocks.map(block => ({
      pc: hexText(block.pc),
      instructions: block.count,
      root: regions.isRoot[block.id] === 1,
      resume: regions.isResume[block.id] === 1,
      successors: edges(graph, block),
    })),
    regions: [...regions.main, ...regions.resume].map(region),
  }
}

const edgeText = ({ kind, target }: Edge): string => (target === undefined ? kind : `${kind} ${target ?? 'outside'}`)

export function cfgText(graph: Graph, regions: Regions): string {
  const { blocks, regions: list } = cfgJson(graph, regions)
  const { image } = graph.program
  // All at once is far faster than one by one.
  readableNames(image).all(image.symbols.flatMap(({ kind, name }) => (kind === 'function' ? name : [])))
  const rows = blocks.map(block => {
    const symbol = symbolAt(image, Number(block.pc))
    const name = symbol === undefined ? '' : ` <${symbol}>`
    const marks = [block.root ? 'root' : '', block.resume ? 'resume' : ''].filter(mark => mark !== '')
    const marked = marks.length > 0 ? ` [${marks.join(' ')}]` : ''
    const targets = block.successors.map(edgeText).join(', ')
    return `block ${block.pc}${name} ${block.instructions} instructions${marked} -> ${targets}
`
  })
  const functions = list.map(({ kind, entry, blocks: members, loops }) => {
    const looping = loops.length > 0 ? ` (loops at ${loops.join(' ')})` : ''
    return `region ${kind} ${entry}: ${members.join(' ')}${looping}\n`
  })
  return `${rows.join('')}\n${functions.join('')}`
}
