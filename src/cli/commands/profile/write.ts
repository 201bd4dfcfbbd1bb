/** What `rvr profile` writes: reports and whole profiles, to standard output and to files. */
import { writeOutput } from '../../../files/write.ts'
import { formats } from '../../../guest-profile/formats/formats.ts'
import { html, type PageSegment } from '../../../guest-profile/formats/html.ts'
import type { GuestSource } from '../../../guest-profile/guest-source.ts'
import type { ProfileComparison } from '../../../report/guest-profile/comparison.ts'
import type { ProfiledRun } from '../../../report/guest-profile/text.ts'
import type { ProfileView } from '../../../report/guest-profile/view.ts'
import type { ReportedArtifact } from '../../../report/compile/artifact.ts'
import { isReport, type ProfileOutput, type ProfileOutputs, type ReportName } from '../../options/profile-outputs.ts'
import { writeLine, writeReport } from '../../output/guest-text.ts'
import { jsonLine } from '../../output/messages.ts'
import { drained } from '../../output/text-stream.ts'
import type { Shell } from '../../shell.ts'

export interface Profiled extends ProfiledRun {
  readonly artifact: ReportedArtifact
  readonly view: ProfileView
  readonly comparison: ProfileComparison | undefined
  readonly source: GuestSource
  /** Where they were measured. */
  readonly segments?: readonly PageSegment[] | undefined
  /** Path of the file that the suspended run was saved to. */
  readonly saved?: string | undefined
}

/** Writes all of it. */
export async function writeProfile(
  profiled: Profiled,
  { shown, files }: ProfileOutputs,
  { json, quiet, shell }: { readonly json?: boolean; readonly quiet?: boolean; readonly shell: Shell },
): Promise<void> {
  const written: ProfileOutput[] = []
  for (const { file, format } of files) {
    const path = await writeOutput(
      file,
      async put => {
        for await (const piece of piecesOf(profiled, format)) await put(piece)
      },
      { signal: shell.signal },
    )
    written.push({ file: path, format })
    if (quiet !== true && json !== true) writeLine(shell.stderr, `rvr: wrote ${file} (${format})\n`)
  }
  if (json === true) writeReport(shell, await jsonText(profiled, written))
  else if (isReport(shown)) writeReport(shell, await reportText(profiled, shown))
  else await print(profiled, shown, shell)
}

/** A whole profile on standard output, no faster than that takes it. */
async function print(profiled: Profiled, format: string, { stdout, signal }: Shell): Promise<void> {
  for await (const piece of piecesOf(profiled, format)) {
    signal.throwIfAborted()
    if (stdout.write(piece) === false) await drained(stdout)
  }
}

async function* piecesOf(profiled: Profiled, format: string): AsyncGenerator<string | Uint8Array> {
  const { profile, source, segments } = profiled
  const { unit } = profiled.view
  if (isReport(format)) yield reportText(profiled, format)
  else if (format === html.name) yield* html.write(profile, { unit, segments })
  else yield* formats.get(format)!.write(profile, { unit, source })
}

async function reportText(profiled: Profiled, format: ReportName): Promise<string> {
  const { comparison, view } = profiled
  if (format === 'markdown')
    return (await import('../../../report/guest-profile/markdown.ts')).profileMarkdown(profiled, comparison, view)
  const { profileText } = await import('../../../report/guest-profile/text.ts')
  const text = profileText(profiled, view)
  if (comparison === undefined) return text
  const { profileComparisonText } = await import('../../../report/guest-profile/comparison.ts')
  return `${text}${profileComparisonText(comparison, view.top)}`
}

async function jsonText(profiled: Profiled, written: readonly ProfileOutput[]): Promise<string> {
  const { artifact, view, comparison, saved } = profiled
  const [{ profileReportJson }, { profileComparisonJson }] = await Promise.all([
    import('../../../report/guest-profile/json.ts'),
    import('../../../report/guest-profile/comparison.ts'),
  ])
  return jsonLine({
    ...profileReportJson(profiled, artifact, view),
    saved,
    written: written.length === 0 ? undefined : written,
    comparison: comparison && profileComparisonJson(comparison),
  })
}
