/** What rvr reads at users' request, and how large each kind may be (docs/cli.md, "What is read"). */

const KiB = 2 ** 10
const MiB = 2 ** 20
const GiB = 2 ** 30

export interface InputKind {
  /** What errors call it, before its path. */
  readonly label: string
  /** Bytes; a longer one is refused before more than that is read. */
  readonly limit: number
  readonly hint: string
  /**
   * The bytes that it begins with, in one way or another: whatever begins otherwise is not read further, and refused by
   * who takes it apart.
   */
  readonly starts?: readonly string[]
}

const kinds = {
  guest: { label: 'guest', limit: GiB, starts: ['\x7fELF'], hint: 'Give the path of a RISC-V ELF executable.' },
  inspected: {
    label: 'file',
    limit: GiB,
    starts: ['\x7fELF', 'rvrarch1'],
    hint: 'Give the path of a guest, of a compiled library or of an archive.',
  },
  input: { label: 'input', limit: GiB, hint: 'Give the path of a file that you can read.' },
  // Texts stay below the longest string that V8 makes, 2^29 − 24 characters.
  inputList: {
    label: 'input file',
    limit: 256 * MiB,
    hint: 'The file has to look like {"input": ["0x01…", "u64:5"]}.',
  },
  config: {
    label: 'configuration',
    limit: MiB,
    hint: 'Give the path of the openvm.toml that the guest was built with.',
  },
  project: { label: 'project file', limit: MiB, hint: 'docs/cli.md describes rvr.toml.' },
  machine: {
    label: 'machine',
    limit: 256 * MiB,
    hint: 'Give the path of a machine file; docs/machine.md describes it.',
  },
  airs: { label: 'AIRs', limit: MiB, hint: 'A machine file names its list of AIRs; docs/machine.md describes it.' },
  profile: {
    label: 'profile',
    limit: 256 * MiB,
    starts: ['rvrarch1'],
    hint: 'Give the path of a file that rvr run --profile-out wrote.',
  },
  guestProfile: {
    label: 'guest profile',
    limit: 512 * MiB - 32,
    hint: 'Give the path of a file that rvr profile --format json wrote.',
  },
  stepNames: { label: 'step names', limit: MiB, hint: 'The file has to look like {"0": "start", "1": "setup"}.' },
  base: { label: 'the base', limit: 256 * MiB, hint: 'rvr cost --save-base FILE writes one.' },
  system: {
    label: 'constraint system',
    limit: 256 * MiB,
    hint: 'Give the path of a constraint system, .json or .json.gz; docs/apc.md describes it.',
  },
  savedRun: {
    label: 'saved run',
    limit: 4 * GiB,
    starts: ['rvrarch1'],
    hint: 'Give the path of a file that a suspended run was saved to.',
  },
  // Its manifest, its library and a header.
  item: { label: 'item', limit: 64 * MiB, hint: 'Items of a store are files of 64 MiB at most.' },
  pullLog: {
    label: 'order of items',
    limit: 256 * MiB,
    starts: ['{'],
    hint: 'Give the path of a file that rvr stream record wrote.',
  },
  stream: {
    label: 'stream',
    limit: GiB,
    starts: ['rvr stream\n'],
    hint: 'Give the path of a file that rvr stream emit wrote.',
  },
  exported: {
    label: 'export',
    limit: GiB + 17 * MiB,
    starts: ['rvr artifact\n'],
    hint: 'Name a file that rvr cache export wrote.',
  },
  archive: {
    label: 'archive',
    limit: 4 * GiB,
    starts: ['rvrarch1'],
    hint: 'Give the path of an archive that rvr wrote.',
  },
  secret: { label: 'the secret of the remote cache in', limit: 64 * KiB, hint: 'Check the path and its permissions.' },
  credentials: {
    label: 'the credentials of the remote cache in',
    limit: 64 * KiB,
    hint: 'Check the path and its permissions.',
  },
  extensionModule: { label: 'extension', limit: 16 * MiB, hint: 'Give a module, or the folder that it is in.' },
  extensionFile: { label: 'file', limit: 256 * MiB, hint: 'Build it first, or correct the path in the extension.' },
} as const satisfies Readonly<Record<string, InputKind>>

export type InputKindName = keyof typeof kinds

export const inputKinds: Readonly<Record<InputKindName, InputKind>> = kinds
