/** The digest of the code that candidates are made by: what blocks are, the optimiser, and how they are ranked. */
import { runsFromSources } from '../../resources.ts'
import { computeCodeDigest, folderOf, isSourceIn, readBuiltDigest, type CodeDigest } from '../code-digest.ts'

/** Folders and files of `src/`; what AIRs say is in keys by itself. */
const SOURCES = [
  'hex',
  'elf',
  'layout',
  'isa',
  'program',
  'profile',
  'air',
  'machine',
  'apc',
  'extensions',
  'stages/apc',
  'trace/coding',
  'sdk/apc',
]

export const computeOptimiser = (code: string = folderOf('src')): CodeDigest =>
  computeCodeDigest('rvr optimiser', [{ path: code, label: 'code', accepts: isSourceIn(SOURCES) }])

/** Where the build step leaves the digest. */
export const builtOptimiserFile = (): string => folderOf('dist/optimiser-digest.json')

let known: CodeDigest | undefined

/** Computed when running from sources, written down by the build otherwise. @throws RvrError `IO` */
export function optimiserCode(): CodeDigest {
  known ??= runsFromSources ? computeOptimiser() : readBuiltDigest(builtOptimiserFile())
  return known
}
