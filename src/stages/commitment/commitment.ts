/** The stage of roots that take their time: of a machine's fixed tables, and of the memory that a guest begins with. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RvrError } from '../../errors.ts'
import { digestPart, numberPart, textPart, type KeyPart } from '../../store/digest.ts'
import { bytesOf } from '../entry-bytes.ts'
import type { Stage, StageRequest } from '../stage.ts'
import { commitmentCode } from './code-digest.ts'

/** What a root is of: fixed tables of a machine or a program, or a guest's memory. Digests are SHA-256. */
export interface Committed {
  readonly of: 'machine' | 'program' | 'memory'
  /** Of the AIRs. */
  readonly airs: string
  /** Of the guest's file and its ABI; of a machine undefined. */
  readonly guest?: string | undefined
  readonly abi?: string | undefined
  /** Of the guest's memory undefined. */
  readonly logBlowUp?: number | undefined
}

export interface CommitmentRequest extends StageRequest {
  readonly committed: Committed
  /** Called where no store has the root: 8 words. */
  make(): Promise<Uint32Array>
}

type CommitmentKind = 'commitment' | 'code' | 'other'

interface CommitmentInputs {
  readonly committed: Committed
  readonly codeDigest: string
}

const FILE = 'root'
const ROOT_WORDS = 8

function partsOf({ committed: { of, airs, guest, abi, logBlowUp } }: CommitmentInputs): KeyPart[] {
  const digests = { airs, guest, abi }
  const ofDigests = Object.entries(digests).flatMap(([name, digest]) =>
    digest === undefined ? [] : [digestPart(`commitment/${name}`, digest)],
  )
  const ofNumbers = logBlowUp === undefined ? [] : [numberPart('commitment/logBlowUp', logBlowUp)]
  return [textPart('commitment/of', of), ...ofDigests, ...ofNumbers]
}

const titles: Readonly<Record<string, string>> = {
  machine: "root of a machine's fixed tables",
  program: "root of a program's table",
  memory: "root of a guest's memory",
}

export const commitmentStage: Stage<CommitmentRequest, CommitmentInputs, Uint32Array, undefined, CommitmentKind> = {
  name: 'commitment',
  title: ({ of }) => titles[String(of)] ?? 'root',
  file: FILE,
  parts: [
    {
      name: 'commitment',
      of: partsOf,
      differences: change => change.says('commitment', `what is committed differs: ${change.item}`),
    },
    {
      name: 'code',
      of: ({ codeDigest }) => [digestPart('code', codeDigest)],
      differences: change => change.says('code', 'the code that commits is another one'),
    },
  ],
  inputs: ({ committed }) => ({ committed, codeDigest: commitmentCode().digest }),

  async make({ committed, make }, directory) {
    await writeFile(join(directory, FILE), await make(), { mode: 0o600 })
    return { info: { stage: 'commitment', of: committed.of }, report: undefined }
  },

  async open(source) {
    const bytes = await bytesOf(source)
    if (bytes.length === 4 * ROOT_WORDS) return new Uint32Array(new Uint8Array(bytes).buffer)
    throw new RvrError('ARTIFACT_REFUSED', `this is no root: it has ${bytes.length} bytes`, { hint: 'Make it anew.' })
  },
}
