/** The stages that generate candidates for autoprecompiles and select some: each keeps a file of candidates. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SystemBus } from '../../air/system-buses.ts'
import type { WrittenCandidates } from '../../apc/candidates/candidates.ts'
import { packedCandidates, readCandidates, type CandidatesFile } from '../../apc/candidates/file.ts'
import { RvrError } from '../../errors.ts'
import { bytesOf } from '../entry-bytes.ts'
import type { Made, Stage, StageRequest } from '../stage.ts'
import { optimiserCode } from './optimiser-digest.ts'
import { generateParts, selectParts, type ApcKind, type GenerateInputs, type SelectInputs } from './parts.ts'

interface ApcRequest<Inputs extends GenerateInputs> extends StageRequest {
  readonly inputs: Inputs
  /** Of the machine. */
  readonly buses: readonly SystemBus[]
  /** Called where no store has the result; the signal is the request's own. */
  make(): Promise<WrittenCandidates>
}

export type GenerateRequest = ApcRequest<GenerateInputs>
export type SelectRequest = ApcRequest<SelectInputs>

type ApcStage<Inputs extends GenerateInputs> = Stage<ApcRequest<Inputs>, Inputs, CandidatesFile, undefined, ApcKind>

const FILE = 'candidates.jsonl.gz'

function apcStage<Inputs extends GenerateInputs>(
  { name, title }: Pick<ApcStage<Inputs>, 'name' | 'title'>,
  parts: ApcStage<Inputs>['parts'],
): ApcStage<Inputs> {
  return {
    name,
    title,
    file: FILE,
    parts,
    inputs: ({ inputs }) => inputs,
    subject: ({ inputs }) => ({ fact: 'guest', value: inputs.guestDigest }),
    details: async () => ({ optimiser: optimiserCode().files }),

    async make({ inputs, make }, directory): Promise<Made<undefined>> {
      const made = await make()
      await writeFile(join(directory, FILE), await packedCandidates(made), { mode: 0o600 })
      const { pgo } = inputs.options
      const candidates = made.candidates.ranked.length
      return { info: { stage: name, guest: inputs.guestDigest, pgo, candidates }, report: undefined }
    },

    async open(source, { inputs, buses }) {
      const opened = await readCandidates(await bytesOf(source), buses)
      const { guest, pgo } = opened.candidates
      if (guest !== inputs.guestDigest || pgo !== inputs.options.pgo)
        throw new RvrError('ARTIFACT_REFUSED', 'these are candidates of another guest', {
          hint: 'Generate them anew.',
          details: { wanted: inputs.guestDigest, found: guest },
        })
      return opened
    },
  }
}

export const generateStage = apcStage<GenerateInputs>(
  { name: 'apc-generate', title: ({ candidates, pgo }) => `${candidates} candidates by PGO ${pgo}` },
  generateParts,
)

export const selectStage = apcStage<SelectInputs>(
  { name: 'apc-select', title: ({ candidates, pgo }) => `${candidates} autoprecompiles by PGO ${pgo}` },
  selectParts,
)
