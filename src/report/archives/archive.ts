/** Answer of `rvr inspect` for an archive: its sections, and what is known of what is in them. */
import type { AirMemo } from '../../air/listed.ts'
import type { Archive } from '../../archive/archive.ts'
import type { ContentName } from '../../archive/kinds.ts'
import { hexText } from '../../hex.ts'
import type { Answer } from '../answer.ts'
import { line, table } from '../form/table.ts'
import { grouped } from '../form/units.ts'
import type { Inside } from './inside.ts'
import { insideOpening } from './opening.ts'
import { insideProfile } from './profile.ts'
import { insideProof } from './proof.ts'
import { insideRun } from './run.ts'
import { insideFragments, insideSegment, insideTraces } from './segment.ts'
import { insideKey } from './vkey.ts'

/** Those that are looked into. @throws RvrError `ARCHIVE_INVALID`. */
const insides: Partial<
  Record<ContentName, (archive: Archive, memo: AirMemo | undefined, key: Archive | undefined) => Inside>
> = {
  traces: insideTraces,
  segment: insideSegment,
  fragments: insideFragments,
  run: insideRun,
  profile: insideProfile,
  vkey: insideKey,
  proof: insideProof,
  opening: insideOpening,
}

/**
 * @param path as errors and the answer name it
 * @param memo is asked for AIRs that this process has not read yet
 * @param key of a proof, where it is known
 * @throws RvrError `ARCHIVE_INVALID`: what is in it contradicts itself
 */
export function inspectArchive(path: string, archive: Archive, memo?: AirMemo, key?: Archive): Answer {
  const { content, bytes, digest } = archive
  const { json, head = '', tables = '' } = insides[content]?.(archive, memo, key) ?? { json: {} }
  const sections = archive.sections.map(({ kind, name, size, offset, count }) => {
    return { kind: hexText(kind), name, elementBytes: size, offset, count }
  })
  const rows = sections.map(({ kind, name, elementBytes, count, offset }) => [
    `${kind} ${name}`,
    ...[count, elementBytes, offset].map(grouped),
  ])
  const text = [
    line('archive', `${path} (${grouped(bytes)} bytes)`),
    line('content', content),
    digest === undefined ? '' : line('digest', digest),
    head,
    table([['section', 'elements', 'bytes each', 'at'], ...rows], 'lrrr', '  '),
    tables,
  ].join('')
  return { json: { kind: 'archive', path, bytes, content, digest, ...json, sections }, text }
}
