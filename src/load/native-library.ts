/** Loads libraries whose identity has been checked, once per thread. */
import koffi from '../koffi.ts'
import { RvrError, messageOf } from '../errors.ts'
import { memoryFile } from './host-memory.ts'
import type { LibraryFile } from './library-file.ts'
import type { NativeFunctions } from './native-functions.ts'

/** From a copy where its file system lets no code run. @throws RvrError `ARTIFACT_REFUSED`: it is no `what`. */
export function loadNative(file: LibraryFile, what: string): NativeFunctions {
  file.keep()
  try {
    return nativeNamed(file.name)
  } catch (error) {
    if (!/failed to map|not permitted|[Pp]ermission denied/.test(messageOf(error))) throw refused(file, what, error)
  }
  file.moveTo(memoryFile())
  return nativeNamed(file.name)
}

const refused = ({ path }: LibraryFile, what: string, cause: unknown): RvrError =>
  new RvrError('ARTIFACT_REFUSED', `${path} cannot be loaded as a ${what}: ${messageOf(cause)}`, {
    details: { path, reason: 'not-a-library' },
    cause,
  })

const loaded = new Map<string, NativeFunctions>()

/** The library by the name of its file. */
export function nativeNamed(name: string): NativeFunctions {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const library = koffi.load(name)
  loaded.set(name, library)
  return library
}

/** Where an array's memory is. It stays there as long as somebody has the array. */
export const addressOfArray = (array: ArrayBufferView): bigint => koffi.address(array)
