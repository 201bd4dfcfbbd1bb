/** Parts of a key that all stages have which compile with make: tools, flags, targets, and what reaches make. */
import { platform } from 'node:process'
import { RvrError } from '../../errors.ts'
import { digestPart, numberPart, textPart, type KeyPart } from '../../store/digest.ts'
import type { Change } from '../../store/explain/change.ts'
import type { Difference } from '../../store/explain/difference.ts'
import { compileFlags, linkFlags, regionFlags } from '../../toolchain/flags.ts'
import { filterMakeArguments } from '../../toolchain/make-arguments.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import type { StagePart } from '../stage.ts'

export interface MakeInputs {
  readonly toolchain: Toolchain
  /** Arguments of make beyond the toolchain's own; filtered here. */
  readonly makeArguments?: readonly string[]
  /** Directories and files (name → path) that are written as `<name>/…` in make arguments. */
  readonly roots?: Readonly<Record<string, string>>
}

export type MakeKind = 'tool' | 'flag' | 'make-argument' | 'environment' | 'cpu-feature' | 'target' | 'host'

function toolParts({ cc, make, ld, programs }: Toolchain): KeyPart[] {
  const behind = programs.map((tool, index) => [`program-${index}`, tool] as const)
  const named = [['cc', cc] as const, ['make', make] as const, ['ld', ld] as const, ...behind]
  return named.flatMap(([name, tool]) => [
    digestPart(`tool/${name}/digest`, tool.digest),
    textPart(`tool/${name}/version`, tool.version),
  ])
}

const TITLES: Readonly<Record<string, string>> = { cc: 'the compiler', ld: 'the linker', make: 'make' }

function toolDifferences(change: Change): Difference<'tool'>[] {
  const title = TITLES[change.item] ?? `program ${change.item.replace('program-', '')} behind the compiler`
  const version = change.member('version')
  const digest = change.member('digest')
  const { before, after } = version
  const says = (of: Change, meaning: string): Difference<'tool'>[] =>
    of.says('tool', meaning).map(difference => ({ ...difference, part: change.part }))
  if (before === null) return says(version, `${title} is new: ${after}`)
  if (after === null) return says(version, `${title} is gone: ${before}`)
  const [old, current] = digest.details ?? []
  const isMoved = old?.['path'] !== undefined && old['path'] !== current?.['path']
  const place = isMoved ? ` (${old['path']} then, ${current?.['path']} now)` : ''
  return before === after
    ? says(digest, `${title} has other contents under the same version, ${after}${place}`)
    : says(version, `${title} has another version: ${before} then, ${after} now${place}`)
}

/** A list of words as parts. The list's own length leaves no doubt where one word ends and the next begins. */
function listPart<Kind extends MakeKind>(
  name: string,
  kind: Kind,
  what: string,
  words: (inputs: MakeInputs) => readonly string[],
): StagePart<MakeInputs, Kind> {
  return {
    name,
    group: () => name,
    of: inputs => {
      const values = words(inputs)
      const numbered = values.map((value, index) => textPart(`${name}/${String(index).padStart(3, '0')}`, value))
      return [numberPart(`${name}/count`, values.length), ...numbered]
    },
    differences: change => change.saysList(kind, what),
  }
}

const compileWords = ({ toolchain: { family, version, arch, targetCpu } }: MakeInputs): string[] => [
  ...compileFlags(family, version[0], arch, targetCpu),
  ...regionFlags(family, arch),
]

/** The digest of what the compiler says of the CPU. Without it no key tells CPUs apart, so there is none. */
function factsOf({ targetFacts }: Toolchain): string {
  if (targetFacts === undefined)
    throw new RvrError('INTERNAL', 'a cache key was asked for without target facts: nothing may be cached then')
  return targetFacts.digest
}

const words = (text: string | null): string[] => text?.split(' ').filter(Boolean) ?? []

export const makeParts: readonly StagePart<MakeInputs, MakeKind>[] = [
  {
    name: 'tool',
    group: name => name.slice(0, name.lastIndexOf('/')),
    of: ({ toolchain }) => toolParts(toolchain),
    differences: toolDifferences,
  },
  {
    name: 'target/cpu',
    of: ({ toolchain }) => [textPart('target/cpu', toolchain.targetCpu)],
    differences: change =>
      change.says('target', `another CPU to compile for: ${change.before} then, ${change.after} now`),
  },
  {
    name: 'target/facts',
    of: ({ toolchain }) => [digestPart('target/facts', factsOf(toolchain))],
    differences: change => change.saysContents('target', 'what the compiler knows about the CPU'),
  },
  {
    name: 'target/features',
    of: ({ toolchain }) => [textPart('target/features', toolchain.cpuFeatures.join(' '))],
    differences: change =>
      change.saysWords('cpu-feature', 'features that the CPU must have', [words(change.before), words(change.after)]),
  },
  {
    name: 'host/os',
    of: () => [textPart('host/os', platform)],
    differences: change => change.says('host', `another operating system: ${change.values}`),
  },
  {
    name: 'host/arch',
    of: ({ toolchain }) => [textPart('host/arch', toolchain.arch)],
    differences: change => change.says('host', `another architecture: ${change.values}`),
  },
  listPart('flags/compile', 'flag', 'compile flags', compileWords),
  listPart('flags/link', 'flag', 'link flags', linkFlags),
  listPart('make', 'make-argument', 'arguments of make', inputs =>
    filterMakeArguments(inputs.makeArguments ?? [], inputs.roots),
  ),
  {
    name: 'environment',
    of: ({ toolchain }) =>
      Object.entries(toolchain.environment).map(([name, value]) => textPart(`environment/${name}`, value)),
    differences: change => change.says('environment', `environment variable ${change.item}: ${change.values}`),
  },
]
