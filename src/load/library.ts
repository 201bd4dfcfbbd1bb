/** The native library of one artifact: the only place that calls through koffi into generated code. */
import koffi from '../koffi.ts'
import { RvrError, messageOf } from '../errors.ts'
import { exportedCall, type CallRow } from '../isa/row.ts'
import type { InstanceSource } from './instance.ts'
import type { LibraryFile } from './library-file.ts'
import { memoryFile } from './host-memory.ts'
import { isNoexec } from './noexec.ts'

/** Functions of one loaded artifact. `memory` is the address of a guest's memory, as `create` returned it. */
export interface NativeLibrary extends InstanceSource {
  /** See `LibraryFile.name`. */
  readonly name: string
  /** The least instruction budget with which native code gets anywhere. */
  readonly floor: number
  /** What makes a guest's code known to a native interpreter; undefined in a guest's own library. */
  readonly decoder: CodeDecoder | undefined
  /** Runs until native code hands back; returns REASON_STEP or REASON_STOP. */
  run(memory: bigint): number
  /** Calls `void name(char *m)` of the mode's C. */
  perform(name: string, memory: bigint): void
  /**
   * What `const uint64_t *name(void)` of the mode's C returns: a bit for each of `slots` slots and one behind them. A
   * native interpreter knows none.
   */
  bitmap(name: string, slots: number): Uint8Array | undefined
  /**
   * The C function of an extension's call; undefined where the library has none, because no instruction of the guest
   * calls it.
   */
  call(row: CallRow): NativeCall | undefined
}

/** How a native interpreter comes by an instance's code. */
export interface CodeDecoder {
  /** Is it there already? */
  isDone(memory: bigint): boolean
  /** All of the guest's words. `starts`: a bit for each slot where a span begins, where the mode asks for it. */
  decode(memory: bigint, words: Uint32Array, starts: Uint8Array | undefined): void
}

/**
 * Calls a C function with an argument for each operand, views of memory or values, and answers what it answers;
 * `result` receives its result, where it has one.
 */
export type NativeCall = (operands: readonly (Uint8Array | bigint)[], result: BigUint64Array) => number

type Handle = ReturnType<typeof koffi.load>

/** By name, and what of it: a native interpreter has functions for each mode. */
const loaded = new Map<string, NativeLibrary>()

export interface LoadOptions {
  /** Name of the mode, where the library is a native interpreter. */
  readonly interprets?: string | undefined
  /** For errors, where the name says little. */
  readonly path?: string
}

/**
 * Loads a library whose identity has been checked, from the file that it was read from, or from a copy where its file
 * system lets no code run.
 */
export function loadLibraryFile(file: LibraryFile, interprets?: string): NativeLibrary {
  file.keep()
  try {
    return loadLibrary(file.name, { interprets, path: file.path })
  } catch (error) {
    // Of one that is damaged a copy is no better.
    if (!/failed to map|not permitted|[Pp]ermission denied/.test(messageOf(error))) throw error
  }
  file.moveTo(memoryFile())
  return loadLibrary(file.name, { interprets, path: file.path })
}

/**
 * Loads a library by the name that its file has in this process, on a thread that was told so. One file is loaded once
 * per thread and never unloaded: generated code has no mutable globals, so all instances share it.
 */
export function loadLibrary(name: string, { interprets, path = name }: LoadOptions = {}): NativeLibrary {
  const choice = `${name} ${interprets ?? ''}`
  const known = loaded.get(choice)
  if (known !== undefined) return known
  const handle = handleOf(name, path)
  const library = libraryOf(name, handle, interprets)
  loaded.set(choice, library)
  return library
}

function handleOf(name: string, path: string): Handle {
  try {
    return koffi.load(name)
  } catch (cause) {
    const noexec = isNoexec(path)
    const why = `${noexec ? 'its file system is mounted noexec; ' : ''}${messageOf(cause)}`
    throw new RvrError('ARTIFACT_REFUSED', `${path} cannot be loaded as a shared library: ${why}`, {
      hint: noexec
        ? 'Choose a cache elsewhere with --cache-dir or RVR_CACHE_DIR, or --tier interp.'
        : 'Compile the guest again with rvr compile.',
      details: { path, reason: 'not-a-library' },
      cause,
    })
  }
}

function decoderOf(handle: Handle, suffix: string): CodeDecoder {
  const isDone = handle.func(`rvr_is_decoded${suffix}`, 'uint32_t', ['uintptr_t'])
  const decode = handle.func(`rvr_decode${suffix}`, 'void', ['uintptr_t', 'void *', 'void *'])
  return {
    isDone: memory => isDone(memory) !== 0,
    decode: (memory, words, starts) => void decode(memory, words, starts ?? null),
  }
}

function libraryOf(name: string, handle: Handle, interprets: string | undefined): NativeLibrary {
  const suffix = interprets === undefined ? '' : `_${interprets.replaceAll(/[^a-z0-9]/gi, '_')}`
  const create = handle.func(
    `rvr_create${suffix}`,
    'uintptr_t',
    suffix === '' ? [] : Array.from({ length: 5 }, () => 'uint64_t'),
  )
  const run = handle.func(`rvr_run${suffix}`, 'uint32_t', ['uintptr_t'])
  const retire = handle.func(`rvr_retire${suffix}`, 'void', ['uintptr_t'])
  const destroy = handle.func(`rvr_destroy${suffix}`, 'void', ['uintptr_t'])
  return {
    name,
    floor: Number(handle.func(`rvr_floor${suffix}`, 'int64_t', [])()),
    create({ base, slots, areaBytes, direct }) {
      const created = interprets === undefined ? create() : create(base, slots, areaBytes, direct.base, direct.bytes)
      const address = BigInt(created as number | bigint)
      return address === 0n ? undefined : address
    },
    run: memory => run(memory) as number,
    retire: memory => void retire(memory),
    destroy: memory => void destroy(memory),
    perform: (function_, memory) => void handle.func(function_, 'void', ['uintptr_t'])(memory),
    call(row) {
      const types = [
        ...row.operands.map(({ access }) => (access === 'value' ? 'uint64_t' : 'void *')),
        ...(row.result === undefined ? [] : ['void *']),
      ]
      let call: (...args: unknown[]) => unknown
      try {
        call = handle.func(exportedCall(row), 'int', types)
      } catch {
        return undefined
      }
      // oxlint-disable-next-line rvr/no-spread-arguments -- at most three operands
      return (operands, result) => call(...operands, ...(row.result === undefined ? [] : [result])) as number
    },
    decoder: interprets === undefined ? undefined : decoderOf(handle, suffix),
    bitmap(function_, slots) {
      if (interprets !== undefined) return undefined
      const address = BigInt(handle.func(function_, 'uintptr_t', [])() as number | bigint)
      return new Uint8Array(koffi.view(address, Math.ceil((slots + 1) / 64) * 8))
    },
  }
}
