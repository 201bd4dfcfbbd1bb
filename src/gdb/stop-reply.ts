/** What a client is told when the guest has stopped. */
import type { DebugStop } from '../sdk/debugger/contract.ts'
import { byteHex, signalOf } from './signals.ts'

const WATCHED = { write: 'watch', read: 'rwatch', any: 'awatch' } as const

export interface StopContext {
  /** Has the guest been going back? */
  readonly isReverse: boolean
  /** How the client names the breakpoint at hand, where it wants to know. */
  readonly breakpoint: 'swbreak' | 'hwbreak' | undefined
}

export function stopReply(stop: DebugStop, { isReverse, breakpoint }: StopContext): string {
  if (stop.reason === 'end') return `W${byteHex(stop.exitCode)}`
  const fields = ['thread:1']
  if (stop.reason === 'watchpoint') fields.push(`${WATCHED[stop.watched.access]}:${stop.watched.address.toString(16)}`)
  if (stop.reason === 'breakpoint' && breakpoint !== undefined) fields.push(`${breakpoint}:`)
  if (stop.reason === 'begin' && isReverse) fields.push('replaylog:begin')
  return `T${byteHex(signalOf(stop))}${fields.map(field => `${field};`).join('')}`
}
