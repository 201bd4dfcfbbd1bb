/** Which AIRs of a machine are its system's, by what they say of themselves. */
import type { Air, AirSet } from '../../air/air.ts'
import { RvrError } from '../../errors.ts'

export interface SystemAirs {
  readonly program: Air
  readonly connector: Air
  readonly boundary: Air
  readonly merkle: Air
  readonly hash: Air
  /** Index of the bus that hashes are looked up on. */
  readonly hashBus: number
}

export function airsOf({ name, airs, buses }: AirSet): SystemAirs {
  const hashBus = buses.findIndex(bus => bus.name === 'hash')
  const find = (role: string, is: (air: Air) => boolean): Air => {
    const air = airs.find(is)
    if (air === undefined) throw new RvrError('MACHINE_INVALID', `the AIRs of ${name} have no table of the ${role}`)
    return air
  }
  return {
    program: find('program', ({ height }) => height === 'slots'),
    connector: find("machine's states", ({ publics }) => publics.includes('pc_first')),
    boundary: find('leaves of memory', ({ rules }) => rules.inputs.includes('leaf')),
    merkle: find('memory tree', ({ publics }) => publics.includes('root_before[0]')),
    hash: find('hash', ({ interactions }) => interactions.some(({ bus, weight }) => bus === hashBus && weight === 0)),
    hashBus,
  }
}
