/** All tracer modes by name. */
import { RvrError } from '../errors.ts'
import { metered } from './metered/mode.ts'
import { meteredCost } from './metered-cost/mode.ts'
import type { Mode } from './mode.ts'
import { profile } from './profile/mode.ts'
import { pure } from './pure/mode.ts'

export const modes: readonly Mode<ModeName>[] = [pure, metered, meteredCost, profile]

/** The name of a mode. */
export type ModeName = (typeof pure | typeof metered | typeof meteredCost | typeof profile)['name']

/** @throws RvrError `USAGE` listing the modes when there is none of that name. */
export function modeNamed(name: string): Mode<ModeName> {
  const mode = modes.find(candidate => candidate.name === name)
  if (mode === undefined)
    throw new RvrError('USAGE', `unknown mode ${JSON.stringify(name)}`, {
      hint: `Modes: ${modes.map(m => m.name).join(', ')}.`,
      details: { mode: name },
    })
  return mode
}
