/** Extensions + system → GuestAbi: one decoder, one set of handlers, one digest. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { isDefaultMemory, type MemoryMap, type Xlen } from '../elf/image.ts'
import { RvrError } from '../errors.ts'
import { readPlainFile } from '../files/read.ts'
import { defaultSets, tablesOf } from '../isa/sets.ts'
import { createDecoder, slotBytesOf, type Decoder } from '../isa/table.ts'
import { INSTRUCTION_BYTES, INSTRUCTION_ROWS } from '../machine/interval.ts'
import type { AbiChoice, GuestAbi, GuestSystem, HostEffects } from './abi.ts'
import { counterHandlers } from './counters/handlers.ts'
import type { EffectsHandler, Extension, Handler } from './extension.ts'

/**
 * The ABI of a system with further extensions.
 *
 * @throws RvrError `CONFIG_INVALID` when two extensions claim one encoding or one name, `IO` when a source or library
 *   cannot be read
 */
export function composeAbi(system: GuestSystem, further: readonly Extension[], choice: AbiChoice): GuestAbi {
  // Instruction sets are extensions like any other.
  const extensions: readonly Extension[] = [...setsBeside(system, choice), ...system.base, ...further]
  checkNames(extensions)
  const handlers = new Map<string, Handler>()
  const effects = new Map<string, EffectsHandler>()
  for (const extension of extensions) {
    for (const [name, handler] of Object.entries(extension.handlers ?? {})) handlers.set(name, handler)
    for (const [name, handler] of Object.entries(extension.effects ?? {})) effects.set(name, handler)
  }
  // Worker threads have no use for it. What it is made of is constant, but for files that somebody may change.
  const memory = { ...system.memory, ...choice.memory }
  let digest = extensions.some(hasOutsideFiles) ? digestOf(extensions, memory) : undefined
  const abi: GuestAbi = {
    name: system.name,
    choice,
    memory,
    extensions,
    slotBytes: slotBytesOf(extensions),
    get digest() {
      return (digest ??= digestOf(extensions, memory))
    },
    host: system.host,
    start: (image, hart, options) => system.start(image, hart, options, choice.sets ?? defaultSets),
    unknown: system.unknown,
    stored: system.stored,
    execute: (instr, hart, host, print) => {
      const handler = handlers.get(instr.row.name)
      if (handler === undefined)
        throw new RvrError('INTERNAL', `no handler for instruction ${instr.row.name} in ABI ${system.name}`, {
          details: { pc: instr.pc },
        })
      return handler(instr, hart, host, print)
    },
    effects: (instr, hart) => {
      const handler = effects.get(instr.row.name)
      return handler === undefined ? { rows: 1 } : checkedEffects(instr.row.name, handler(instr, hart))
    },
  }
  for (const xlen of [32, 64] as const) decoderFor(xlen, abi)
  return abi
}

/** The instruction sets; what the system has an instruction of its own for is that one. */
function setsBeside({ base }: GuestSystem, { sets }: AbiChoice): readonly Extension[] {
  const own = new Set(base.flatMap(({ rows }) => rows.map(({ name }) => name)))
  return tablesOf(sets ?? defaultSets).map(({ name, rows, compressed }) => ({
    name,
    compressed,
    rows: rows.filter(row => !own.has(row.name)),
    handlers: name === 'zicsr' ? counterHandlers : undefined,
  }))
}

/** An interval of the meter has room for so much of each instruction (machine/interval.ts). */
function checkedEffects(name: string, effects: HostEffects): HostEffects {
  const { rows, touched } = effects
  const refuse = (what: string): RvrError =>
    new RvrError('CONFIG_INVALID', `effects of instruction ${name}: ${what}`, { hint: 'Correct the extension.' })
  if (!Number.isInteger(rows) || rows < 1 || rows > INSTRUCTION_ROWS)
    throw refuse(`${rows} rows, wanted 1 to ${INSTRUCTION_ROWS}`)
  const bytes = touched?.length ?? 0
  if (bytes > INSTRUCTION_BYTES) throw refuse(`${bytes} bytes touched, wanted at most ${INSTRUCTION_BYTES}`)
  return effects
}

function checkNames(extensions: readonly Extension[]): void {
  const seen = new Map<string, string>()
  const shared = new Map<string, string>()
  const claim = (kind: string, name: string, owner: string): void => {
    const other = seen.get(`${kind} ${name}`)
    if (other !== undefined && other !== owner) {
      throw new RvrError('CONFIG_INVALID', `extensions ${other} and ${owner} both have ${kind} ${name}`, {
        hint: 'Leave one of the two extensions out, or rename.',
        details: { extensions: [other, owner] },
      })
    }
    seen.set(`${kind} ${name}`, owner)
  }
  for (const [index, { name, rows, files = [], sources = [], headers = [], libraries = [] }] of extensions.entries()) {
    if (extensions.findIndex(extension => extension.name === name) !== index)
      throw new RvrError('CONFIG_INVALID', `there are two extensions of the name ${name}`, {
        hint: 'Leave one of them out.',
        details: { extensions: [name, name] },
      })
    for (const row of rows) {
      claim('instruction', row.name, name)
      if (row.kind === 'call') claim('C function', row.c, name)
    }
    for (const { path, content } of files) {
      // Several extensions may bring one and the same file.
      if (shared.get(path) !== content) claim('file', path, name)
      shared.set(path, content)
    }
    for (const path of [...sources, ...headers, ...libraries].map(file => basename(file))) claim('file', path, name)
  }
}

/** Rows as data (functions drop out: what they emit is part of the code generator) and the contents of all C. */
function digestOf(extensions: readonly Extension[], memory: MemoryMap): string {
  const hash = createHash('sha256')
  const add = (text: string): void => {
    hash.update(`${Buffer.byteLength(text)}:`).update(text)
  }
  if (!isDefaultMemory(memory)) add(JSON.stringify(['memory', memory.base, memory.bytes, memory.watched ?? []]))
  for (const extension of extensions) {
    const { name, rows, files } = extension
    add(JSON.stringify([name, rows, files ?? []]))
    for (const { kind, name: file, digest } of outsideFiles([extension])) add(JSON.stringify([kind, file, digest]))
  }
  return hash.digest('hex')
}

/** A file of an extension that lies outside the generated project, known by its contents. */
export interface OutsideFile {
  /** Extension and file name, numbered where one extension has several files of that name: no path of this host. */
  readonly name: string
  /** What make does with it. */
  readonly kind: 'source' | 'header' | 'library'
  readonly digest: string
  readonly bytes: number
}

const hasOutsideFiles = ({ sources = [], headers = [], libraries = [] }: Extension): boolean =>
  sources.length + headers.length + libraries.length > 0

/** Sources, headers and static libraries of extensions. @throws RvrError `IO` */
export function outsideFiles(extensions: readonly Extension[]): OutsideFile[] {
  return extensions.flatMap(({ name, sources = [], headers = [], libraries = [] }) => {
    const files = [
      ...sources.map(path => ({ kind: 'source', path }) as const),
      ...headers.map(path => ({ kind: 'header', path }) as const),
      ...libraries.map(path => ({ kind: 'library', path }) as const),
    ]
    return files.map(({ kind, path }, index) => {
      const content = contentOf(name, path)
      const before = files.slice(0, index).filter(other => basename(other.path) === basename(path)).length
      return {
        name: `${name}/${basename(path)}${before === 0 ? '' : `#${before + 1}`}`,
        kind,
        digest: createHash('sha256').update(content).digest('hex'),
        bytes: content.length,
      }
    })
  })
}

/** C files of extensions that calls may need, by path in the project. */
export const callFiles = ({ extensions }: GuestAbi): Map<string, string> =>
  new Map(extensions.flatMap(({ files = [] }) => files.map(({ path, content }) => [path, content] as const)))

function contentOf(extension: string, path: string): Uint8Array {
  try {
    return readPlainFile('extensionFile', path)
  } catch (error) {
    if (!(error instanceof RvrError)) throw error
    throw new RvrError('IO', `extension ${extension}: ${error.message}`, {
      hint: 'Build it first, or correct the path in the extension.',
      cause: error.cause,
      details: { ...error.details, extension },
    })
  }
}

/** The user's own extensions among those of an ABI: they come last. */
export function ownExtensions({ choice, extensions }: Pick<GuestAbi, 'choice' | 'extensions'>): readonly Extension[] {
  return extensions.slice(extensions.length - (choice.extensions?.length ?? 0))
}

const decoders = new WeakMap<GuestAbi, Map<Xlen, Decoder>>()

/**
 * The decoder for all of an ABI's instructions of one width. Made once: checking all rows against each other is no work
 * for every run.
 */
export function decoderFor(xlen: Xlen, abi: GuestAbi): Decoder {
  let known = decoders.get(abi)
  if (known === undefined) decoders.set(abi, (known = new Map()))
  let decoder = known.get(xlen)
  if (decoder === undefined) known.set(xlen, (decoder = createDecoder(xlen, abi.extensions)))
  return decoder
}
