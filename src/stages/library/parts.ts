/** The parts of a library's keys beside those of make: what they are made from, and what a difference means. */
import { digestPart, flagPart, numberPart, textPart, type KeyPart } from '../../store/digest.ts'
import type { Change } from '../../store/explain/change.ts'
import type { Difference } from '../../store/explain/difference.ts'
import { makeParts, type MakeInputs, type MakeKind } from '../make/parts.ts'
import type { StagePart } from '../stage.ts'

/** Options of a mode by name. */
export type ModeOptions = Readonly<Record<string, string | number | bigint | boolean | undefined>>

/** A static library or source of an extension, known by its contents. */
export interface ExtensionFile {
  /** Stable name, not a path of this host. */
  readonly name: string
  readonly digest: string
  readonly bytes: number
}

/** What both keys hold. */
export interface KeyContext extends MakeInputs {
  readonly mode: string
  readonly modeOptions?: ModeOptions
  readonly abiVersion: number
  readonly extensionFiles?: readonly ExtensionFile[]
  /** Digest of the profile that the code is generated for, if there is one. */
  readonly profileDigest?: string | undefined
}

/** What C is generated from, whichever guest's it is. */
export interface Origin extends KeyContext {
  /** SHA-256 of the machine file. */
  readonly machineDigest: string
  /** Digest of the code generator's own sources: `generatorDigest()`. */
  readonly generatorDigest: string
  /** Further inputs of lifting and code generation, by name: xlen, ABI … */
  readonly inputs?: ModeOptions
}

export interface LibraryInputs extends Origin {
  /** SHA-256 of the guest file. */
  readonly guestDigest: string
}

/** What kind of thing makes two libraries differ; `template` is rvr's own C. */
export type LibraryKind =
  | MakeKind
  | 'guest'
  | 'machine'
  | 'generator'
  | 'template'
  | 'mode'
  | 'profile'
  | 'abi'
  | 'extension'
  | 'other'

type LibraryPart<Inputs> = StagePart<Inputs, LibraryKind>

function optionParts(prefix: string, options: ModeOptions = {}): KeyPart[] {
  return Object.entries(options).map(([option, value]) => {
    const name = `${prefix}/${option}`
    if (typeof value === 'boolean') return flagPart(name, value)
    return typeof value === 'string' || value === undefined ? textPart(name, value) : numberPart(name, value)
  })
}

/** `new` where the part was not there, `gone` where it is not any more. */
function appearance({ before, after }: Change): 'new' | 'gone' | 'other' {
  if (before === null) return 'new'
  return after === null ? 'gone' : 'other'
}

const PROFILE = {
  new: 'compiled without a profile then, with one now',
  gone: 'compiled with a profile then, without one now',
  other: 'the profile has other counts',
}
const EXTENSION_FILE = { new: 'is new', gone: 'is gone', other: 'has other contents' }

/** What make sees beside the project itself. */
export const contextParts: readonly LibraryPart<KeyContext>[] = [
  ...makeParts,
  {
    name: 'mode',
    of: ({ mode, modeOptions }) => [textPart('mode', mode), ...optionParts('mode', modeOptions)],
    differences: change => {
      const { item, before, after, values } = change
      const meaning =
        item === '' ? `another mode: ${before} then, ${after} now` : `option ${item} of the mode: ${values}`
      return change.says('mode', meaning)
    },
    // A library of another mode was asked for by itself; it is not this one gone stale.
    distance: 100,
  },
  {
    name: 'abi',
    of: ({ abiVersion }) => [numberPart('abi', abiVersion)],
    differences: change =>
      change.says('abi', `another version of rvr's binary interface: ${change.before} then, ${change.after} now`),
  },
  {
    name: 'extension',
    of: ({ extensionFiles = [] }) =>
      extensionFiles.map(file => digestPart(`extension/${file.name}`, file.digest, file.bytes)),
    differences: change =>
      change.says('extension', `file ${change.item} of an extension ${EXTENSION_FILE[appearance(change)]}`),
  },
  {
    name: 'profile',
    of: ({ profileDigest }) => (profileDigest === undefined ? [] : [digestPart('profile', profileDigest)]),
    differences: change => change.says('profile', PROFILE[appearance(change)]),
  },
]

/** Templates are C that everybody can read; the rest of the generator is code. */
const isTemplate = (file: string): boolean => file.startsWith('templates/') || file.startsWith('ffi/')

function generatorDifferences(change: Change): Difference<LibraryKind>[] {
  const another = "rvr's code generator is another one"
  if (change.details === undefined) return change.says('generator', `${another}; which files differ is not recorded`)
  const code = change.namesOfDetails(file => !isTemplate(file))
  const templates = change.namesOfDetails(isTemplate)
  const byCode = code === '' ? [] : change.says('generator', `${another} (${code})`)
  const byTemplates = templates === '' ? [] : change.says('template', `templates of generated C (${templates})`)
  return [...byCode, ...byTemplates]
}

export const generatorPart: LibraryPart<Pick<Origin, 'generatorDigest'>> = {
  name: 'generator',
  of: ({ generatorDigest }) => [digestPart('generator', generatorDigest)],
  differences: generatorDifferences,
}

/** What the project is generated from: in an artifact's key the project itself stands in its place. */
export const originParts: readonly LibraryPart<Origin>[] = [
  {
    name: 'input/abi',
    of: () => [], // among the options of `input`
    differences: change => change.says('abi', `another ABI of the guest: ${change.before} then, ${change.after} now`),
    distance: 10,
  },
  {
    name: 'input/extensions',
    of: () => [], // likewise
    differences: change => change.saysContents('extension', 'the extensions are others'),
  },
  {
    name: 'input',
    of: ({ inputs }) => optionParts('input', inputs),
    differences: change => change.says('other', `${change.item}: ${change.values}`),
  },
  {
    name: 'machine',
    of: ({ machineDigest }) => [digestPart('machine', machineDigest)],
    differences: change => change.saysContents('machine', 'the machine has other chips, widths or limits'),
  },
  generatorPart,
]

/** Which guest's code the project is. */
const guestPart: LibraryPart<LibraryInputs> = {
  name: 'guest',
  of: ({ guestDigest }) => [digestPart('guest', guestDigest)],
  differences: change => change.says('guest', 'the guest file has other contents'),
}

export const libraryParts: readonly LibraryPart<LibraryInputs>[] = [...contextParts, ...originParts, guestPart]
