/** How packets say that the guest is to go on: `c`, `s`, `C`, `S`, `bc`, `bs` and `vCont`. */
import type { DebugSignals, DebugStop } from '../sdk/debugger/contract.ts'
import type { Debugger } from '../sdk/debugger/debugger.ts'
import { number } from './hex.ts'

export interface Resume {
  readonly action: 'continue' | 'step' | 'step-within' | 'continue-back' | 'step-back'
  /** Where to go on, if not where the guest stands. */
  readonly at?: number | undefined
  /** The guest gets this signal, which it has no handler for. */
  readonly signal?: number | undefined
  readonly within?: { readonly from: number; readonly to: number } | undefined
}

/** What goes on; `malformed` where it is said wrongly, undefined where the packet is another. */
export function resumeOf(text: string): Resume | 'malformed' | undefined {
  if (text === 'bc') return { action: 'continue-back' }
  if (text === 'bs') return { action: 'step-back' }
  if (text.startsWith('vCont;')) return vContOf(text.slice('vCont;'.length).split(';'))
  const action = text[0] === 'c' || text[0] === 'C' ? 'continue' : 'step'
  const rest = text.slice(1)
  if (/^[cs]/.test(text)) {
    const at = number(rest)
    return rest !== '' && at === undefined ? 'malformed' : { action, at }
  }
  if (!/^[CS]/.test(text)) return undefined
  const [signal, at] = rest.split(';').map(number)
  return signal === undefined || (rest.includes(';') && at === undefined) ? 'malformed' : { action, signal, at }
}

/** The first action is the only thread's, or that of all. */
function vContOf([first = '']: readonly string[]): Resume | 'malformed' {
  const [what = ''] = first.split(':')
  const resume = what.startsWith('r') ? within(what.slice(1)) : resumeOf(what)
  const isForward = typeof resume === 'object' && !resume.action.endsWith('back')
  return isForward ? resume : 'malformed'
}

function within(text: string): Resume | 'malformed' {
  const [from, to] = text.split(',').map(number)
  if (from === undefined || to === undefined) return 'malformed'
  return from >= to ? { action: 'step' } : { action: 'step-within', within: { from, to } }
}

/** Goes on until the next stop. */
export function go(guest: Debugger, { action, at, within }: Resume, signals: DebugSignals): Promise<DebugStop> {
  if (at !== undefined && at !== guest.pc) guest.jump(at)
  switch (action) {
    case 'continue':
      return guest.continue(signals)
    case 'step':
      return guest.step(1, signals)
    case 'step-within':
      return guest.continue({ ...signals, within })
    case 'continue-back':
      return guest.continueBack(signals)
    case 'step-back':
      return guest.stepBack(1, signals)
  }
}
