/** Which shared libraries hold the code of compilers and linkers: a distribution's clang is a small program. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, realpathSync } from 'node:fs'
import { basename } from 'node:path'
import type { Ask } from './capture.ts'
import { describeTool, type Tool } from './tool.ts'

/**
 * Those that decide what is compiled. The system's own (libc, libstdc++ …) do not, and would set machines apart for no
 * reason.
 */
const DECIDING = /^lib(LLVM|clang|lld|bfd|opcodes)/

/** Paths in what the loader prints for a program: `name => path (address)`. */
export function decidingLibraries(listing: string): string[] {
  return [...listing.matchAll(/=> (\/.*) \(0x[0-9a-f]+\)$/gm)]
    .map(([, path]) => path!)
    .filter(path => DECIDING.test(basename(path)))
}

/**
 * The libraries of programs, by name. The loader is asked, which does not run a program then; one that knows no such
 * question lets it print its version.
 */
export async function codeLibraries(programs: readonly string[], ask: Ask): Promise<string[]> {
  const listings = await Promise.all(
    programs.map(program => ask(program, ['--version'], { LD_TRACE_LOADED_OBJECTS: '1' })),
  )
  const byName = new Map(
    listings.flatMap(({ stdout }) => decidingLibraries(stdout)).map(path => [basename(path), path]),
  )
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
}

/**
 * Describes the library at `path` by its build ID, which linkers make from its contents: reading the hundreds of
 * megabytes of a compiler takes long. Without one, by its contents.
 */
export async function describeLibrary(path: string): Promise<Tool> {
  const realPath = realpathSync(path)
  const name = basename(path)
  const id = buildId(firstBytes(realPath))
  return id === undefined
    ? describeTool(path, name)
    : { path, realPath, digest: createHash('sha256').update('build-id:').update(id).digest('hex'), version: name }
}

/** Program headers and notes come first in a file. */
const HEAD_BYTES = 16 << 10

function firstBytes(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(HEAD_BYTES)
    return bytes.subarray(0, readSync(file, bytes, 0, HEAD_BYTES, 0))
  } finally {
    closeSync(file)
  }
}

const PT_NOTE = 4
const NT_GNU_BUILD_ID = 3

/** The build ID in the beginning of a 64-bit little-endian ELF file; undefined where there is none. */
export function buildId(head: Buffer): Buffer | undefined {
  try {
    if (head.readUInt32BE(0) !== 0x7f454c46 || head[4] !== 2 || head[5] !== 1) return undefined
    const table = Number(head.readBigUInt64LE(32))
    const size = head.readUInt16LE(54)
    const count = head.readUInt16LE(56)
    for (let at = table; at < table + size * count; at += size) {
      if (head.readUInt32LE(at) !== PT_NOTE) continue
      const begin = Number(head.readBigUInt64LE(at + 8))
      const end = begin + Number(head.readBigUInt64LE(at + 32))
      for (let note = begin; note < end && note + 12 <= head.length;) {
        const name = note + 12
        const id = name + ((head.readUInt32LE(note) + 3) & ~3)
        const bytes = head.readUInt32LE(note + 4)
        const isId =
          head.readUInt32LE(note + 8) === NT_GNU_BUILD_ID && head.toString('latin1', name, name + 4) === 'GNU\0'
        if (isId && bytes >= 16 && id + bytes <= head.length) return head.subarray(id, id + bytes)
        note = id + ((bytes + 3) & ~3)
      }
    }
  } catch {
    // cut off: no ELF file, or one of another order
  }
  return undefined
}
