/** The parts of the keys of autoprecompiles: of what candidates are generated, and which of them are selected. */
import type { GenerateOptions } from '../../apc/candidates/options.ts'
import type { DegreeBounds } from '../../apc/optimise/passes/inline.ts'
import { contentPart, digestPart, numberPart, textPart, type KeyPart } from '../../store/digest.ts'
import type { StagePart } from '../stage.ts'

export interface GenerateInputs {
  /** SHA-256 of the guest's file. */
  readonly guestDigest: string
  readonly abi: string
  /** Digest of the guest's extensions: what its words mean. */
  readonly extensionsDigest: string
  readonly machineDigest: string
  /** Of all AIRs of the machine. */
  readonly airsDigest: string
  /** The machine's buses as JSON: numbers, fields and tables. */
  readonly buses: string
  readonly options: GenerateOptions
  /** All that the profiled run starts with; undefined where nothing is executed. */
  readonly profileInput: Uint8Array | undefined
  readonly degrees: DegreeBounds
  /** Digest of the code that candidates are made by. */
  readonly optimiserDigest: string
}

/** What is taken of the candidates. */
export interface Selection {
  readonly autoprecompiles: number
  /** Those at the top of the order that are left out. */
  readonly skip: number
}

export interface SelectInputs extends GenerateInputs {
  readonly selection: Selection
}

export type ApcKind = 'guest' | 'abi' | 'machine' | 'option' | 'profile' | 'optimiser' | 'selection' | 'other'

function optionalNumber(name: string, value: number | undefined): KeyPart {
  return value === undefined ? textPart(name, undefined) : numberPart(name, value)
}

/** All options in each key: one that a PGO does not have is absent. */
function optionParts(options: GenerateOptions): KeyPart[] {
  const { pgo, ...others } = options
  const numbers: Partial<Record<string, number>> = others
  const names = ['candidates', 'maxColumns', 'maxBlockInstructions', 'cutoff', 'superblocks']
  return [textPart('option/pgo', pgo), ...names.map(name => optionalNumber(`option/${name}`, numbers[name]))]
}

export const generateParts: readonly StagePart<GenerateInputs, ApcKind>[] = [
  {
    name: 'guest',
    of: ({ guestDigest }) => [digestPart('guest', guestDigest)],
    differences: change => change.says('guest', 'the guest file has other contents'),
    distance: 10,
  },
  {
    name: 'abi',
    of: ({ abi, extensionsDigest }) => [textPart('abi', abi), digestPart('abi/extensions', extensionsDigest)],
    differences: change => change.says('abi', `what the guest's instructions mean: ${change.values}`),
  },
  {
    name: 'machine',
    of: ({ machineDigest, airsDigest, buses }) => [
      digestPart('machine', machineDigest),
      digestPart('machine/airs', airsDigest),
      contentPart('machine/buses', 'bytes', buses),
    ],
    differences: change =>
      change.says('machine', `the machine has other chips, widths, AIRs or buses (${change.part})`),
    distance: 5,
  },
  {
    name: 'option',
    of: ({ options }) => optionParts(options),
    differences: change => change.says('option', `${change.item}: ${change.values}`),
  },
  {
    name: 'profile',
    of: ({ profileInput }) => [
      profileInput === undefined ? textPart('profile', undefined) : contentPart('profile', 'bytes', profileInput),
    ],
    differences: change => change.says('profile', 'the profiled run has another input'),
  },
  {
    name: 'degree',
    of: ({ degrees }) => [
      numberPart('degree/constraints', degrees.constraints),
      numberPart('degree/fields', degrees.fields),
    ],
    differences: change => change.says('option', `degree of ${change.item}: ${change.values}`),
  },
  {
    name: 'optimiser',
    of: ({ optimiserDigest }) => [digestPart('optimiser', optimiserDigest)],
    differences: change => change.saysContents('optimiser', "rvr's optimiser is another one"),
  },
]

export const selectParts: readonly StagePart<SelectInputs, ApcKind>[] = [
  ...generateParts,
  {
    name: 'selection',
    of: ({ selection: { autoprecompiles, skip } }) => [
      numberPart('selection/autoprecompiles', autoprecompiles),
      numberPart('selection/skip', skip),
    ],
    differences: change => change.says('selection', `${change.item}: ${change.values}`),
    distance: 0.5,
  },
]
