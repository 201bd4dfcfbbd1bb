/** What `rvr compile` tells of an artifact, and others of how it was made. */
import type { Artifact } from '../../sdk/artifact.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { Answer } from '../answer.ts'
import { milliseconds } from '../form/json.ts'
import { line } from '../form/table.ts'
import { durationText } from '../form/units.ts'

/** What a report needs to know of an artifact and a guest. */
export type ReportedArtifact = Pick<Artifact, 'mode' | 'engine' | 'cache' | 'timing'>
export type ReportedGuest = Pick<Guest, 'path' | 'digest'>

/** `lift 1.20 ms, codegen …`: the stages that there were. */
export function timingText({ timing }: ReportedArtifact): string {
  const stages = [
    ['lift', timing.liftMs],
    ['codegen', timing.codegenMs],
    ['compile', timing.compileMs],
    ['load', timing.loadMs],
  ] as const
  return stages
    .filter(([, ms]) => ms !== undefined)
    .map(([name, ms]) => `${name} ${durationText(ms!)}`)
    .join(', ')
}

/** Whose work a hit is where nothing can compile. */
export const madeByText = ({ cache: { toolchain } }: ReportedArtifact): string =>
  toolchain === undefined ? '' : ` (nothing here can compile: by its manifest made by ${toolchain.version})`

/** The object of `rvr compile --json`. */
export function compileJson(path: string, { path: file, digest }: ReportedGuest, artifact: ReportedArtifact) {
  const { mode, cache, timing } = artifact
  return { artifact: path, mode, guest: { path: file, digest }, cache, timing: milliseconds(timing) }
}

/** The text of `rvr compile`. */
export function compileText(path: string, artifact: ReportedArtifact): string {
  const { outcome, key, objects } = artifact.cache
  const cacheText = `${outcome}${madeByText(artifact)}${key === undefined ? '' : ` ${key}`}`
  const objectsText = objects && `${objects.reused} from the cache, ${objects.compiled} compiled`
  return [
    line('library', path),
    line('mode', artifact.mode),
    line('cache', cacheText),
    objectsText === undefined ? '' : line('objects', objectsText),
    line('time', timingText(artifact)),
  ].join('')
}

/** The answer of `rvr compile` for one guest in one mode; `path` is where the library is. */
export const compileAnswer = (path: string, guest: ReportedGuest, artifact: ReportedArtifact): Answer => ({
  json: compileJson(path, guest, artifact),
  text: compileText(path, artifact),
})
