/** The stage that specialises a machine: it keeps a machine file with autoprecompiles. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RvrError } from '../../errors.ts'
import { machineOfFile, packedMachine } from '../../machine/load.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Stage, StageRequest } from '../stage.ts'
import { optimiserCode } from './optimiser-digest.ts'
import { selectParts, type ApcKind, type SelectInputs } from './parts.ts'
import { bytesOf } from '../entry-bytes.ts'

export interface SetupRequest extends StageRequest {
  readonly inputs: SelectInputs
  /** Called where no store has the machine. */
  make(): Promise<Machine>
}

const FILE = 'machine.json.gz'

/** Its key is that of what was selected: nothing else decides the machine. */
export const setupStage: Stage<SetupRequest, SelectInputs, Machine, undefined, ApcKind> = {
  name: 'apc-setup',
  title: ({ autoprecompiles, pgo }) => `a machine with ${autoprecompiles} autoprecompiles by PGO ${pgo}`,
  file: FILE,
  parts: selectParts,
  inputs: ({ inputs }) => inputs,
  subject: ({ inputs }) => ({ fact: 'guest', value: inputs.guestDigest }),
  details: async () => ({ optimiser: optimiserCode().files }),

  async make({ inputs, make }, directory) {
    const machine = await make()
    await writeFile(join(directory, FILE), packedMachine(machine), { mode: 0o600 })
    const { pgo } = inputs.options
    const autoprecompiles = machine.autoprecompiles?.list.length ?? 0
    return { info: { stage: 'apc-setup', guest: inputs.guestDigest, pgo, autoprecompiles }, report: undefined }
  },

  async open(source, { inputs }) {
    const machine = machineOf(await bytesOf(source))
    const found = machine.autoprecompiles?.guest
    if (found === inputs.guestDigest) return machine
    throw refused('it is of another guest', { wanted: inputs.guestDigest, found })
  },
}

const refused = (why: string, details?: Readonly<Record<string, unknown>>, cause?: unknown): RvrError =>
  new RvrError('ARTIFACT_REFUSED', `this is no machine with autoprecompiles: ${why}`, {
    hint: 'Make it anew.',
    details: details ?? {},
    cause,
  })

function machineOf(bytes: Uint8Array): Machine {
  try {
    return machineOfFile(bytes, FILE)
  } catch (cause) {
    throw refused((cause as Error).message, undefined, cause)
  }
}
