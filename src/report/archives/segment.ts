/** What is in an archive of tables or of a recorded segment, checked as far as it can be without the guest. */
import type { AirSet } from '../../air/air.ts'
import { airSetDigest } from '../../air/digest.ts'
import type { AirMemo } from '../../air/listed.ts'
import type { Archive } from '../../archive/archive.ts'
import { fragmentsIn } from '../../archive/fragments.ts'
import { originIn, type SegmentOrigin } from '../../archive/origin.ts'
import { rowsIn } from '../../archive/segment.ts'
import { tablesIn } from '../../archive/tables.ts'
import { line, table } from '../form/table.ts'
import { count, grouped } from '../form/units.ts'
import type { Inside } from './inside.ts'
import { usualAirs } from './usual-airs.ts'

interface TableFacts {
  /** Place of its AIR in the machine's list. */
  readonly air: number
  readonly name: string | undefined
  readonly fixed: boolean
  readonly width: number
  readonly rows: number | undefined
  readonly height: number
}

/** The AIRs that the archive's are, where they are usual ones. */
const airsOf = ({ xlen, machine }: SegmentOrigin, memo: AirMemo | undefined): AirSet | undefined =>
  usualAirs(xlen, memo).find(set => airSetDigest(set) === machine)

function insideTables(archive: Archive, set: AirSet | undefined): Inside {
  const { tables, publics } = tablesIn(archive, set?.airs)
  const heights = tables.map(({ height }) => height)
  const rows = archive.content === 'segment' ? rowsIn(archive, heights) : []
  const facts: TableFacts[] = tables.map(({ air, isFixed, width, height }, index) => {
    return { air, name: set?.airs[air]?.name, fixed: isFixed, width, rows: rows[index], height }
  })
  return {
    json: { publicValues: publics.length, tables: facts },
    head: line('public values', grouped(publics.length)),
    tables: tableText(facts),
  }
}

export const insideTraces = (archive: Archive): Inside => insideTables(archive, undefined)

export function insideSegment(archive: Archive, memo: AirMemo | undefined): Inside {
  const found = originIn(archive)
  const set = airsOf(found, memo)
  const { json, head, tables } = insideTables(archive, set)
  const origin = { ...found, machineName: set?.name }
  return { json: { origin, ...json }, head: originText(origin) + head, tables }
}

export function insideFragments(archive: Archive, memo: AirMemo | undefined): Inside {
  const found = originIn(archive)
  const set = airsOf(found, memo)
  const origin = { ...found, machineName: set?.name }
  const { pieces, memory } = fragmentsIn(archive, { airs: set?.airs.length, isPart: true })
  const tapeWords = pieces.reduce((sum, { words }) => sum + words.length, 0)
  const memoryPages = memory?.numbers.length ?? 0
  const tape = `${count(tapeWords, 'word', 'words')} of tape`
  const recorded = `${count(pieces.length, 'piece', 'pieces')}, ${tape}, ${grouped(memoryPages)} pages of memory`
  return {
    json: { origin, pieces: { count: pieces.length, tapeWords, memoryPages } },
    head: originText(origin) + line('recorded', recorded),
  }
}

function originText(origin: SegmentOrigin & { readonly machineName: string | undefined }): string {
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
