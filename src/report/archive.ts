/** Answer of `rvr inspect` for an archive: its sections, and of what is known the tables or pieces in it. */
import { airSetDigest } from '../air/digest.ts'
import type { AirSet } from '../air/air.ts'
import type { AirMemo } from '../air/listed.ts'
import type { Archive } from '../archive/archive.ts'
import { fragmentsIn } from '../archive/fragments.ts'
import { originIn, type SegmentOrigin } from '../archive/origin.ts'
import { rowsIn } from '../archive/segment.ts'
import { tablesIn } from '../archive/tables.ts'
import { abiNamed } from '../extensions/registry.ts'
import { hexText } from '../hex.ts'
import { withChips } from '../machine/chips.ts'
import { defaultMachine } from '../machine/machine.ts'
import { airsOfMachine } from '../trace/airs.ts'
import type { Answer } from './answer.ts'
import { line, table } from './form/table.ts'
import { count, grouped } from './form/units.ts'

interface TableFacts {
  /** Place of its AIR in the machine's list. */
  readonly air: number
  readonly name: string | undefined
  readonly fixed: boolean
  readonly width: number
  readonly rows: number | undefined
  readonly height: number
}

/** What is in an archive besides its frame; all of it is checked as far as it can be without the guest. */
interface Inside {
  readonly origin?: (SegmentOrigin & { readonly machineName: string | undefined }) | undefined
  readonly publicValues?: number
  readonly tables?: readonly TableFacts[]
  readonly pieces?: { readonly count: number; readonly tapeWords: number; readonly memoryPages: number }
}

/** The AIRs that the archive's are, where they are those of guests without machine file and configuration. */
function airsOf({ xlen, machine }: SegmentOrigin, memo: AirMemo | undefined): AirSet | undefined {
  const own = defaultMachine(xlen)
  return [[], abiNamed('openvm').extensions]
    .map(extensions => airsOfMachine(withChips(own, extensions), extensions, memo))
    .find(set => airSetDigest(set) === machine)
}

function tablesOf(archive: Archive, set: AirSet | undefined): Pick<Inside, 'tables' | 'publicValues'> {
  const { tables, publics } = tablesIn(archive, set?.airs)
  const heights = tables.map(({ height }) => height)
  const rows = archive.content === 'segment' ? rowsIn(archive, heights) : []
  return {
    publicValues: publics.length,
    tables: tables.map(({ air, isFixed, width, height }, index) => {
      return { air, name: set?.airs[air]?.name, fixed: isFixed, width, rows: rows[index], height }
    }),
  }
}

function insideOf(archive: Archive, memo: AirMemo | undefined): Inside {
  if (archive.content === 'traces') return tablesOf(archive, undefined)
  if (archive.content !== 'segment' && archive.content !== 'fragments') return {}
  const found = originIn(archive)
  const set = airsOf(found, memo)
  const origin = { ...found, machineName: set?.name }
  if (archive.content === 'segment') return { origin, ...tablesOf(archive, set) }
  const { pieces, memory } = fragmentsIn(archive, { airs: set?.airs.length, isPart: true })
  const tapeWords = pieces.reduce((sum, { words }) => sum + words.length, 0)
  return { origin, pieces: { count: pieces.length, tapeWords, memoryPages: memory?.numbers.length ?? 0 } }
}

function originText(origin: NonNullable<Inside['origin']>): string {
  const { index, instretStart, instructions, exitCode, guest, machine, machineName, abi } = origin
  const end = exitCode === undefined ? '' : `, and the guest ends with code ${exitCode}`
  const stretch = `${count(instructions, 'instruction', 'instructions')} from ${grouped(instretStart)} on${end}`
  return [
    line(`segment ${index}`, stretch),
    line('guest', guest),
    line('machine', `${machine} (${machineName ?? 'none of this rvr'})`),
    line('abi', abi),
  ].join('')
}

function tableText(tables: readonly TableFacts[]): string {
  const rows = tables.map(({ air, name, fixed, width, rows: said, height }) => [
    `${name ?? `AIR ${air}`}${fixed ? ', fixed' : ''}`,
    said === undefined ? '' : grouped(said),
    ...[height, width, height * width].map(grouped),
  ])
  return table([['table', 'rows', 'height', 'columns', 'cells'], ...rows], 'lrrrr', '  ')
}

/**
 * @param path as errors and the answer name it
 * @param memo is asked for AIRs that this process has not read yet
 * @throws RvrError `ARCHIVE_INVALID`: what is in it contradicts itself
 */
export function inspectArchive(path: string, archive: Archive, memo?: AirMemo): Answer {
  const { content, bytes, digest } = archive
  const { origin, publicValues, tables, pieces } = insideOf(archive, memo)
  const sections = archive.sections.map(({ kind, name, size, offset, count: elements }) => {
    return { kind: hexText(kind), name, elementBytes: size, offset, count: elements }
  })
  const sectionRows = sections.map(({ kind, name, elementBytes, count: elements, offset }) => [
    `${kind} ${name}`,
    ...[elements, elementBytes, offset].map(grouped),
  ])
  const pieceText = ({ count: number, tapeWords, memoryPages }: NonNullable<typeof pieces>): string => {
    const memory = `${grouped(memoryPages)} pages of memory`
    return `${count(number, 'piece', 'pieces')}, ${count(tapeWords, 'word', 'words')} of tape, ${memory}`
  }
  const text = [
    line('archive', `${path} (${grouped(bytes)} bytes)`),
    line('content', content),
    digest === undefined ? '' : line('digest', digest),
    origin === undefined ? '' : originText(origin),
    publicValues === undefined ? '' : line('public values', grouped(publicValues)),
    pieces === undefined ? '' : line('recorded', pieceText(pieces)),
    table([['section', 'elements', 'bytes each', 'at'], ...sectionRows], 'lrrr', '  '),
    tables === undefined ? '' : tableText(tables),
  ].join('')
  return {
    json: { kind: 'archive', path, bytes, content, digest, origin, publicValues, tables, pieces, sections },
    text,
  }
}
