/** Puts a saved run into a fresh session, and checks it: a digest shows damage and no intent. */
import { windowEnd } from '../../elf/image.ts'
import { RvrError, messageOf } from '../../errors.ts'
import { isInMemory } from '../../program/access.ts'
import { beginningOf } from '../beginning.ts'
import type { Runner } from '../runner.ts'
import type { Before, GivenAnew, SessionGuest, SessionOptions, StartOptions } from '../session-state.ts'
import type { SavedContent } from './content.ts'
import { checkFits } from './fits.ts'
import { restoreMemory } from './pages.ts'
import type { SavedRun } from './read.ts'
import { damaged } from './refusal.ts'

export interface Restored {
  readonly before: Before
  /** Undefined where the file does not say how the run began. */
  readonly started: StartOptions | undefined
  readonly printedUntil: number
}

/** What depends on the guest. */
function checkContent(path: string, { facts, state }: SavedContent, { image, mode, machine }: SessionGuest): void {
  const wrong = (what: string): RvrError => damaged(path, `it contradicts itself: ${what}`)
  const { memory } = image
  if (facts.pc !== windowEnd(memory) && !isInMemory(memory, BigInt(facts.pc), 1)) throw wrong('pc')
  if (facts.reserved !== 0n && !isInMemory(memory, facts.reserved, 4)) throw wrong('reserved')
  if (facts.isInside && machine.autoprecompiles === undefined) throw wrong('isInside')
  if ((state.origin !== undefined) !== (mode.goesBack === true)) throw wrong('origin')
}

/**
 * Fills memory and registers of a guest that has run nothing, and its mode's ledger.
 *
 * @throws RvrError `STATE_REFUSED`
 */
export async function restore(
  saved: SavedRun,
  session: SessionOptions,
  { runner, given }: { readonly runner: Pick<Runner, 'hart' | 'ledger'>; readonly given: GivenAnew },
): Promise<Restored> {
  checkFits(saved, session)
  const { path, content } = saved
  checkContent(path, content, session)
  const { facts, state, bytes, memory } = content
  const { hart, ledger } = runner
  const { pc, isInside, instructions, cost, printedUntil } = facts
  try {
    const host = session.abi.host.restore(state.host, bytes, { ...given, memory: session.image.memory })
    const started = startOptions(content, given)
    const beginning = beginningOf(session, host, started ?? {})
    await ledger.restore(state.collected, { beginning, instructions, bytes })
    await restoreMemory(hart, session.image, memory)
    hart.x.set(facts.registers)
    hart.reserved[0] = facts.reserved
    hart.pc = pc
    return { before: { stand: () => ({ pc, host, isInside }), instructions, cost }, started, printedUntil }
  } catch (error) {
    throw error instanceof RvrError && error.code === 'STATE_REFUSED'
      ? error
      : damaged(path, `its content contradicts itself: ${messageOf(error)}`, error)
  }
}

function startOptions({ state, bytes }: SavedContent, given: GivenAnew): StartOptions | undefined {
  if (state.origin === undefined) return undefined
  const { inputs, stream, publicValuesBytes, seed, args, env, options } = state.origin
  const items = stream && { stream: { frames: stream.map(bytes) } }
  return { inputs: inputs.map(bytes), ...items, publicValuesBytes, seed, args, env, ...given, ...options }
}
