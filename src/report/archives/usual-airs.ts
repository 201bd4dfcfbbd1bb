/** The AIRs of guests without machine file and configuration: archives have figures of AIRs, and no names. */
import type { AirMemo } from '../../air/listed.ts'
import type { LoadedAirs } from '../../air/load.ts'
import type { Xlen } from '../../elf/image.ts'
import { abiNamed } from '../../extensions/registry.ts'
import { withChips } from '../../machine/chips.ts'
import { defaultMachine } from '../../machine/machine.ts'
import { machineSystem } from '../../proofs/machine-system.ts'
import type { KeyAir } from '../../stark/key-facts.ts'
import { airsOfMachine } from '../../trace/airs.ts'

export function usualAirs(xlen: Xlen, memo: AirMemo | undefined): readonly LoadedAirs[] {
  const own = defaultMachine(xlen)
  return [[], abiNamed('openvm').extensions].map(extensions =>
    airsOfMachine(withChips(own, extensions), extensions, memo),
  )
}

const figures = (each: Pick<KeyAir, 'mainWidth' | 'fixedWidth' | 'chunks' | 'degree'>): string =>
  [each.mainWidth, each.fixedWidth, each.chunks, each.degree].join()

/** Of a key's AIRs; undefined where they are others. */
export function usualNames(airs: readonly KeyAir[], memo: AirMemo | undefined): readonly string[] | undefined {
  const wanted = airs.map(figures).join(' ')
  return ([32, 64] as const)
    .flatMap(xlen => usualAirs(xlen, memo))
    .filter(set => set.airs.length === airs.length)
    .map(set => machineSystem(set).flat.airs)
    .find(all => all.map(figures).join(' ') === wanted)
    ?.map(({ name }) => name)
}
