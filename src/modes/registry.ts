/** All tracer modes by name. */
import { RvrError } from '../errors.ts'
import { debug } from './debug/mode.ts'
import type { CallsResult } from './calls/counts.ts'
import { calls, callsMemory } from './calls/mode.ts'
import type { MeteredResult } from './metered/result.ts'
import { metered } from './metered/mode.ts'
import { meteredCost } from './metered-cost/mode.ts'
import type { Mode } from './mode.ts'
import { preflight } from './preflight/mode.ts'
import type { PreflightResult } from './preflight/piece.ts'
import type { ProfileResult } from './profile/counts.ts'
import { profile } from './profile/mode.ts'
import { pure } from './pure/mode.ts'
import type { ShardsResult } from './shards/counts.ts'
import { shards } from './shards/mode.ts'

export const modes: readonly Mode<ModeName>[] = [
  pure,
  metered,
  meteredCost,
  profile,
  calls,
  callsMemory,
  preflight,
  shards,
  debug,
]

/** The name of a mode. */
export type ModeName = (
  | typeof pure
  | typeof metered
  | typeof meteredCost
  | typeof profile
  | typeof calls
  | typeof callsMemory
  | typeof preflight
  | typeof shards
  | typeof debug
)['name']

/** What the modes report of a run; each has its own part of it. */
export type KnownResults = Partial<MeteredResult & ProfileResult & CallsResult & PreflightResult & ShardsResult>

/** Modes of modules, by name, and where these lie. */
const added = new Map<string, { readonly mode: Mode<ModeName>; readonly module: string }>()

/** A mode that another thread can find too: modes of modules with the module's URL. */
export interface ModeChoice {
  readonly name: string
  readonly module?: string | undefined
}

export const choiceOf = ({ name }: Mode): ModeChoice => ({ name, module: added.get(name)?.module })

/**
 * Adds the mode that the module at a file URL has as its default export, in this thread and in those that run its
 * guests. Cache keys know such a mode by its name alone.
 */
export async function addMode(module: string): Promise<Mode<ModeName>> {
  const { default: mode } = (await import(module)) as { default: Mode<ModeName> }
  const known = modes.some(({ name }) => name === mode.name) || (added.get(mode.name)?.module ?? module) !== module
  if (known) throw new RvrError('USAGE', `there is a mode ${mode.name} already`, { hint: 'Choose another name.' })
  added.set(mode.name, { mode, module })
  return mode
}

/** The mode of a choice, from its module where this thread does not have it yet. */
export async function modeOf({ name, module }: ModeChoice): Promise<Mode<ModeName>> {
  if (module !== undefined && !added.has(name)) await addMode(module)
  return modeNamed(name)
}

/** Is it one of rvr's own, and not of a module? */
export const isShipped = (mode: Mode): boolean => modes.some(({ name }) => name === mode.name)

export const isMode = (name: string): name is ModeName => modes.some(mode => mode.name === name) || added.has(name)

/** Those that this thread knows. */
export const modeNames = (): ModeName[] => [...modes.map(({ name }) => name), ...([...added.keys()] as ModeName[])]

/** @throws RvrError `USAGE` listing the modes when there is none of that name. */
export function modeNamed(name: string): Mode<ModeName> {
  const mode = modes.find(candidate => candidate.name === name) ?? added.get(name)?.mode
  if (mode === undefined)
    throw new RvrError('USAGE', `unknown mode ${JSON.stringify(name)}`, {
      hint: `Modes: ${modes.map(m => m.name).join(', ')}.`,
      details: { mode: name },
    })
  return mode
}
