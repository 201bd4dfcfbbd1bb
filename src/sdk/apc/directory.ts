/** Writes ranked candidates into a directory of the caller's. */
import { resolve, join } from 'node:path'
import type { CandidatesFile } from '../../apc/candidates/file.ts'
import { candidateFile, candidateFileName, candidatesList } from '../../apc/candidates/interchange.ts'
import type { Image } from '../../elf/image.ts'
import { messageOf, RvrError, throwIfAborted } from '../../errors.ts'
import type { EventSink } from '../../events.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { decoderFor } from '../../extensions/registry.ts'
import { makeDirectory } from '../../files/directory.ts'
import { writeOutput } from '../../files/write.ts'
import { fetchAt } from '../../program/slots.ts'

export interface DirectoryContent {
  readonly image: Image
  readonly abi: GuestAbi
  readonly events: EventSink
  readonly signal: AbortSignal
}

/** Each file is written as a whole or not at all. @throws RvrError `IO`, `ABORTED` */
export async function writeCandidates(
  directory: string,
  file: CandidatesFile,
  { image, abi, events, signal }: DirectoryContent,
): Promise<void> {
  const place = resolve(directory)
  await makeDirectory(place).catch((cause: unknown) => {
    throw new RvrError('IO', `${place} cannot be made: ${messageOf(cause)}`, {
      hint: 'Choose another directory.',
      cause,
    })
  })
  const decode = decoderFor(image.xlen, abi)
  const write = (name: string, text: string): Promise<string> => writeOutput(join(place, name), put => put(text))
  const { ranked } = file.candidates
  const instrAt = (pc: number) => fetchAt(image, decode, pc)!.instr!
  await write('apc_candidates.json', candidatesList(ranked, { instrAt, functions: functionsOf(image) }))
  for (const [index, candidate] of ranked.entries()) {
    throwIfAborted('writing candidates', signal)
    const text = inFormat(() => candidateFile(file, index), events)
    if (text === undefined) return
    await write(candidateFileName(candidate), text)
  }
}

/** Undefined, with a warning, where the format has no buses like the machine's: then it has them for no candidate. */
function inFormat(text: () => string, events: EventSink): string | undefined {
  try {
    return text()
  } catch (error) {
    if (!(error instanceof RvrError) || error.code !== 'INPUT_INVALID') throw error
    events({ type: 'warning', message: `systems of candidates are not written: ${error.message}` })
    return undefined
  }
}

function functionsOf({ symbols }: Image): ReadonlyMap<number, readonly string[]> {
  const functions = new Map<number, string[]>()
  for (const { kind, address, name } of symbols) {
    if (kind !== 'function') continue
    const names = functions.get(address)
    if (names === undefined) functions.set(address, [name])
    else names.push(name)
  }
  return functions
}
