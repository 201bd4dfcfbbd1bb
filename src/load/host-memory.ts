/** Memory as the operating system hands it out, by its C library, and views of it. */
import koffi from '../koffi.ts'

const MFD_CLOEXEC = 1
const MFD_EXEC = 16

/**
 * An empty file in memory alone, from which code may be run whatever the mounts are; undefined where the system has
 * none.
 */
export function memoryFile(): number | undefined {
  try {
    const create = koffi.load(null).func('int memfd_create(const char *name, unsigned int flags)')
    // Kernels before 6.3 know no files in memory that are not executable, and no flag for it.
    for (const flags of [MFD_CLOEXEC | MFD_EXEC, MFD_CLOEXEC]) {
      const fd = create('rvr', flags) as number
      if (fd >= 0) return fd
    }
  } catch {
    // a C library that does not have it
  }
  return undefined
}

const PROT_READ_WRITE = 3
/** Private memory of no file, for which the system sets nothing aside before it is touched. */
const MAP_LAZY = 0x2 | 0x20 | 0x4000
const MAP_FIXED = 0x10
const MAP_FAILED = 2n ** 64n - 1n
const MADV_DONTNEED = 4

interface Calls {
  mmap(address: bigint, bytes: number, protection: number, flags: number, fd: number, offset: number): number | bigint
  munmap(address: bigint, bytes: number): number
  madvise(address: bigint, bytes: number, advice: number): number
}

let found: Calls | undefined

function calls(): Calls {
  if (found === undefined) {
    const system = koffi.load(null)
    found = {
      mmap: system.func('uintptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)'),
      munmap: system.func('int munmap(uintptr_t, size_t)'),
      madvise: system.func('int madvise(uintptr_t, size_t, int)'),
    }
  }
  return found
}

/** Fresh memory, all zero, a page of which takes room when it is touched; undefined where the system has none. */
export function mapMemory(bytes: number): bigint | undefined {
  const address = BigInt(calls().mmap(0n, bytes, PROT_READ_WRITE, MAP_LAZY, -1, 0))
  return address === MAP_FAILED ? undefined : address
}

/** Puts fresh memory into the place of what is mapped there. */
export function mapAnew(address: bigint, bytes: number): void {
  calls().mmap(address, bytes, PROT_READ_WRITE, MAP_LAZY | MAP_FIXED, -1, 0)
}

export function unmap(address: bigint, bytes: number): void {
  calls().munmap(address, bytes)
}

/**
 * Gives the pages of private memory that is no file's back to the system: it reads as zeros then, and pages that nobody
 * touches take no room. False where the system does not, as with memory that is locked; then it may hold anything.
 */
export function dropPages(address: bigint, bytes: number): boolean {
  return calls().madvise(address, bytes, MADV_DONTNEED) === 0
}

/** Where bytes lie that JavaScript sees. */
export const addressOfBytes = (bytes: Uint8Array): bigint => BigInt(koffi.address(bytes) as number | bigint)

/** Memory as JavaScript sees it, without a copy; nobody is kept from unmapping it meanwhile. */
export const viewMemory = (address: bigint, bytes: number): ArrayBuffer => koffi.view(address, bytes)
