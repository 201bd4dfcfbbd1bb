/** What goes into the artifact key and the input key (docs/cache.md, "Keys"). */
import { platform } from 'node:process'
import type { Project, ProjectFile } from '../../codegen/project.ts'
import { RvrError } from '../../errors.ts'
import { filterMakeArguments } from '../../toolchain/make-arguments.ts'
import { compileFlags, linkFlags, regionFlags } from '../../toolchain/flags.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import {
  composeKey,
  contentPart,
  digestPart,
  flagPart,
  numberPart,
  textPart,
  type Key,
  type KeyPart,
} from '../../store/digest.ts'

/** Changes when the meaning of a part or the store's layout changes. */
export const KEY_SCHEMA = 1

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
export interface KeyContext {
  readonly mode: string
  readonly modeOptions?: ModeOptions
  readonly toolchain: Toolchain
  /** Arguments of make beyond the toolchain's own; filtered here. */
  readonly makeArguments?: readonly string[]
  /** Directories and files (name → path) that are written as `<name>/…` in make arguments. */
  readonly roots?: Readonly<Record<string, string>>
  readonly abiVersion: number
  readonly extensionFiles?: readonly ExtensionFile[]
  /** Digest of the profile that the code is generated for, if there is one. */
  readonly profileDigest?: string
}

export interface ArtifactKeyInput extends KeyContext {
  readonly project: Project
}

export interface InputKeyInput extends KeyContext {
  /** SHA-256 of the guest file. */
  readonly guestDigest: string
  /** SHA-256 of the machine file. */
  readonly machineDigest: string
  /** Digest of the code generator's own sources: `generatorDigest()`. */
  readonly generatorDigest: string
  /** Further inputs of lifting and code generation, by name: xlen, ABI … */
  readonly inputs?: ModeOptions
}

function optionParts(prefix: string, options: ModeOptions): KeyPart[] {
  return Object.entries(options).map(([option, value]) => {
    const name = `${prefix}/${option}`
    if (typeof value === 'boolean') return flagPart(name, value)
    return typeof value === 'string' || value === undefined ? textPart(name, value) : numberPart(name, value)
  })
}

function toolParts({ cc, make, ld, programs }: Toolchain): KeyPart[] {
  const named: [string, Toolchain['cc']][] = [
    ['cc', cc],
    ['make', make],
    ['ld', ld],
    ...programs.map((tool, index): [string, Toolchain['cc']] => [`program-${index}`, tool]),
  ]
  return named.flatMap(([name, tool]) => [
    digestPart(`tool/${name}/digest`, tool.digest),
    textPart(`tool/${name}/version`, tool.version),
  ])
}

/** The list's own length leaves no doubt where one argument ends and the next begins. */
function listParts(name: string, values: readonly string[]): KeyPart[] {
  return [
    numberPart(`${name}/count`, values.length),
    ...values.map((value, index) => textPart(`${name}/${String(index).padStart(3, '0')}`, value)),
  ]
}

function contextParts(context: KeyContext): KeyPart[] {
  const { toolchain } = context
  if (toolchain.targetFacts === undefined)
    throw new RvrError('INTERNAL', 'a cache key was asked for without target facts: nothing may be cached then')
  return [
    numberPart('schema', KEY_SCHEMA),
    textPart('mode', context.mode),
    ...optionParts('mode', context.modeOptions ?? {}),
    ...toolParts(toolchain),
    textPart('target/cpu', toolchain.targetCpu),
    digestPart('target/facts', toolchain.targetFacts.digest),
    textPart('target/features', toolchain.cpuFeatures.join(' ')),
    textPart('host/os', platform),
    textPart('host/arch', toolchain.arch),
    numberPart('abi', context.abiVersion),
    ...listParts('flags/compile', [
      ...compileFlags(toolchain.family, toolchain.version[0], toolchain.arch, toolchain.targetCpu),
      ...regionFlags(toolchain.family, toolchain.arch),
    ]),
    ...listParts('flags/link', linkFlags()),
    ...listParts('make', filterMakeArguments(context.makeArguments ?? [], context.roots)),
    ...Object.entries(toolchain.environment).map(([name, value]) => textPart(`environment/${name}`, value)),
    ...(context.extensionFiles ?? []).map(file => digestPart(`extension/${file.name}`, file.digest, file.bytes)),
    ...(context.profileDigest === undefined ? [] : [digestPart('profile', context.profileDigest)]),
  ]
}

/** The key of a compiled library: everything that make sees. */
export function artifactKey(input: ArtifactKeyInput): Key {
  return composeKey('rvr artifact', [
    ...contextParts(input),
    ...input.project.files.map(file => contentPart(`project/${file.path}`, 'file', file.content)),
  ])
}

/**
 * The key of what leads to a library: everything but the generated project, with what the project is generated from in
 * its place.
 */
export function inputKey(input: InputKeyInput): Key {
  return composeKey('rvr input', [
    ...contextParts(input),
    ...optionParts('input', input.inputs ?? {}),
    digestPart('guest', input.guestDigest),
    digestPart('machine', input.machineDigest),
    digestPart('generator', input.generatorDigest),
  ])
}

/**
 * What the objects of a project have in common: everything of an artifact's key but the guest's own files; `files` are
 * the Makefile and all headers.
 */
export function objectContext(context: KeyContext, files: readonly ProjectFile[]): Key {
  return composeKey('rvr objects', [
    ...contextParts({ ...context, extensionFiles: [] }),
    ...files.map(file => contentPart(`project/${file.path}`, 'file', file.content)),
  ])
}

/**
 * The key of what a C file compiles to. Comments name addresses, which move; the file's name decides on flags and is in
 * the object.
 */
export function objectKey(together: Key, { path, content }: ProjectFile): string {
  return composeKey('rvr object', [
    digestPart('together', together.key),
    textPart('path', path),
    contentPart('text', 'file', content.replaceAll(/\/\*.*?\*\//gs, '')),
  ]).key
}
