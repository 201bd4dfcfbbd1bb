/** What is wrong with an archive, as one error: where it shows, and what to do. */
import { RvrError } from '../errors.ts'
import { hexText } from '../hex.ts'
import type { SectionKind } from './kinds.ts'

/** What a check was about, from the first to the last layer (docs/archive.md). */
export type ArchiveFlaw =
  | 'length'
  | 'magic'
  | 'version'
  | 'content'
  | 'total'
  | 'flags'
  | 'sections'
  | 'table'
  | 'kind'
  | 'size'
  | 'reserved'
  | 'offset'
  | 'count'
  | 'end'
  | 'padding'
  | 'digest'
  | 'shape'
  | 'order'
  | 'value'
  | 'width'
  | 'machine'
  | 'guest'
  | 'abi'
  | 'key'

export interface Fault {
  /** 0 buffer, 1 frame, 2 table, 3 shape, 4 values, 5 what the reader wants. */
  readonly layer: 0 | 1 | 2 | 3 | 4 | 5
  readonly what: ArchiveFlaw
  readonly section?: SectionKind | undefined
  /** Byte in the file. */
  readonly offset?: number | undefined
  readonly found?: unknown
  readonly wanted?: unknown
}

const DAMAGED = 'It is damaged, or was cut short: write it again.'

const hints: Partial<Readonly<Record<ArchiveFlaw, string>>> = {
  magic: 'Give the path of an archive that rvr wrote.',
  version: 'Read it with the version of rvr that wrote it, or write it again.',
  content: 'Give an archive of what is wanted here.',
  width: 'It is of a machine of the other width: load the guest that it was made of.',
  machine: 'It was made with other AIRs, by another version of rvr: make it again.',
  guest: 'Load the very file that was run: the guest has been built anew, or this is another one.',
  key: 'Give the key that the proof was made with.',
  abi: 'Load the guest with the configuration and the extensions that it was run with.',
}

/**
 * The error `ARCHIVE_INVALID`: `details` is {file, layer, what, section, offset, found, wanted}; a section is `0x302`.
 *
 * @param problem goes on behind the file's name: `its total is 8, and it has 16 bytes`
 */
export function archiveInvalid(file: string, fault: Fault, problem: string): RvrError {
  const { layer, what, section, offset, found, wanted } = fault
  return new RvrError('ARCHIVE_INVALID', `archive ${file}: ${problem}`, {
    hint: hints[what] ?? DAMAGED,
    details: { file, layer, what, section: section && hexText(section.kind), offset, found, wanted },
  })
}

/** An `ARCHIVE_INVALID` for those who give it another name: where it shows, and what it says behind the file's name. */
export interface ArchiveProblem {
  readonly what: ArchiveFlaw
  readonly problem: string
  /** {layer, section, offset, found, wanted} */
  readonly place: Readonly<Record<string, unknown>>
}

/** Undefined for other errors. */
export function archiveProblem(error: unknown): ArchiveProblem | undefined {
  if (!(error instanceof RvrError) || error.code !== 'ARCHIVE_INVALID') return undefined
  const { file, what, ...place } = error.details
  return { what: what as ArchiveFlaw, problem: error.message.slice(`archive ${String(file)}: `.length), place }
}

/** `section 0x302 (cells)`. */
export const sectionText = ({ kind, name }: SectionKind): string => `section ${hexText(kind)} (${name})`
