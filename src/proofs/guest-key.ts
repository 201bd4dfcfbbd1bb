/** The verifying key of a guest on a machine, from roots that others have computed. */
import { encodeArchive } from '../archive/write.ts'
import type { Image } from '../elf/image.ts'
import { keyContent } from '../stark/key.ts'
import type { Parameters } from '../stark/parameters.ts'
import type { FixedTable } from './fixed-tables.ts'
import { startedSystem, type MachineSystem } from './machine-system.ts'

export interface GuestKeyInputs {
  readonly system: MachineSystem
  readonly image: Image
  readonly parameters: Parameters
  /** Of the program alone: the heights of others are the machine's. */
  readonly program: readonly FixedTable[]
  /** Of the fixed trees, and of the memory that the guest begins with: 8 words each. */
  readonly roots: { readonly machine: Uint32Array; readonly program: Uint32Array; readonly memory: Uint32Array }
  readonly signal?: AbortSignal | undefined
}

/** The key as an archive. @throws RvrError `MACHINE_INVALID`: the program has too many words; `ABORTED` */
export function guestKey(inputs: GuestKeyInputs): Promise<Uint8Array<ArrayBuffer>> {
  const { system, image, parameters, program, roots, signal } = inputs
  const ofMachine = system.set.airs.flatMap(({ fixed, height }, air): [number, number][] =>
    fixed !== undefined && typeof height === 'number' ? [[air, Math.log2(height)]] : [],
  )
  const ofProgram = program.map(({ air, logHeight }): [number, number] => [air, logHeight])
  const content = keyContent({
    system: startedSystem(system, { pc: image.entry, root: [...roots.memory] }),
    parameters,
    fixedLogHeights: new Map([...ofMachine, ...ofProgram]),
    roots: [roots.machine, roots.program],
  })
  return encodeArchive(content, { signal })
}
