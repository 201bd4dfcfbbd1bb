/** Where functions that few places call return to: so few that comparing the address beats a jump through a table. */
import type { Block, Graph } from '../ir/program.ts'
import { successors } from './successors.ts'

/** Calls of one function, at most. */
const MOST = 4
/** Blocks of one function that are looked at, at most. */
const LONGEST = 2000
const RETURN_ADDRESS = 1

const isReturn = ({ end }: Block): boolean => end.kind === 'indirect' && end.instr.rd === 0 && end.instr.rs1 === RETURN_ADDRESS && end.instr.imm === 0

/** The function that a block calls directly. */
const calleeOf = ({ end }: Block): number | undefined =>
  ((end.kind === 'jump' || end.kind === 'indirect') && end.instr.rd === RETURN_ADDRESS ? end.target : undefined)

/**
 * For blocks that end in a return, by number: the blocks that follow calls of their function, those of its own calls first. It is a guess
 * to be compared with the address: functions are also called through pointers.
 */
export function returnSites({ blocks }: Graph): Map<number, readonly number[]> {
  // Behind the call's slot, in address order.
  const behind = (block: Block): number | undefined => {
    const next = blocks[block.id + 1]
    return next !== undefined && next.first === block.first + block.count ? next.id : undefined
  }
  const calls = new Map<number, number[]>()
  for (const block of blocks) {
    const callee = calleeOf(block), site = behind(block)
    if (callee === undefined || site === undefined) continue
    const known = calls.get(callee)
    if (known === undefined) calls.set(callee, [site])
    else known.push(site)
  }
  const found = new Map<number, number[]>()
  const stamp = new Int32Array(blocks.length).fill(-1)
  for (const [entry, sites] of calls) {
    if (sites.length > MOST) continue
    const body = bodyOf(entry, blocks, stamp, behind)
    const order = [...sites.filter(site => stamp[site] === entry), ...sites.filter(site => stamp[site] !== entry)]
    for (const id of body) if (isReturn(blocks[id]!)) found.set(id, [...new Set([...found.get(id) ?? [], ...order])])
  }
  return new Map([...found].filter(([, sites]) => sites.length <= MOST))
}

/** The function's blocks; each has `entry` as its stamp. */
function bodyOf(entry: number, blocks: readonly Block[], stamp: Int32Array, behind: (block: Block) => number | undefined): number[] {
  const body: number[] = [], pending = [entry]
  while (pending.length > 0 && body.length < LONGEST) {
    const id = pending.pop()!
    if (stamp[id] === entry) continue
    stamp[id] = entry
    body.push(id)
    const block = blocks[id]!, { end } = block
    const isCall = (end.kind === 'jump' || end.kind === 'indirect') && end.instr.rd !== 0
    const site = isCall || end.kind === 'host' ? behind(block) : undefined
    if (site !== undefined) pending.push(site)
    if (!isCall) pending.push(...successors(block))
  }
  return body
}
