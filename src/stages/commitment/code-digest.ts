/** The digest of the code that says what roots are: fixed tables, memory where a run begins, commitments. */
import { runsFromSources } from '../../resources.ts'
import { computeCodeDigest, folderOf, isSourceIn, readBuiltDigest, type CodeDigest } from '../code-digest.ts'

/** Folders and files of `src/`; what AIRs say is in keys by itself. */
const SOURCES = ['elf', 'air', 'interp/memory', 'extensions/io', 'trace', 'stark', 'proofs']

export function computeCommitments(code: string = folderOf('src'), ffi: string = folderOf('ffi')): CodeDigest {
  return computeCodeDigest('rvr commitments', [
    { path: code, label: 'code', accepts: isSourceIn(SOURCES) },
    { path: ffi, label: 'ffi', accepts: path => /^stark\/.*\.[ch]$/.test(path) },
  ])
}

/** Where the build step leaves the digest. */
export const builtCommitmentsFile = (): string => folderOf('dist/commitments-digest.json')

let known: CodeDigest | undefined

/** Computed when running from sources, written down by the build otherwise. @throws RvrError `IO` */
export function commitmentCode(): CodeDigest {
  known ??= runsFromSources ? computeCommitments() : readBuiltDigest(builtCommitmentsFile())
  return known
}
