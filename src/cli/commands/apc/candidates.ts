/** What the commands do whose answer is a list of candidates. */
import type { GuestApc } from '../../../sdk/apc/apc.ts'
import type { ApcCandidates } from '../../../sdk/apc/contract.ts'
import { openGuest } from '../../open-guest.ts'
import type { BuildOptions } from '../../options/build.ts'
import type { GuestOptions } from '../../options/guest.ts'
import { createProgress, type ReportOptions } from '../../options/report.ts'
import { writeAnswer } from '../../output/answer.ts'
import type { Shell } from '../../shell.ts'

interface Telling<Choices> {
  readonly file: string
  readonly options: BuildOptions & GuestOptions & ReportOptions
  readonly shell: Shell
  /** What the options mean to the SDK, read before the guest is. */
  choices(): Promise<Choices>
}

/** Opens the guest, asks for its candidates and tells them. */
export async function tellCandidates<Choices>(
  { file, options, shell, choices: read }: Telling<Choices>,
  ask: (apc: GuestApc, choices: Choices) => Promise<ApcCandidates>,
): Promise<void> {
  await using progress = createProgress(options, shell)
  const choices = await read()
  await using opened = await openGuest(file, { options, progress, shell })
  const candidates = await ask(opened.guest.apc, choices)
  await progress.settle()
  const { candidatesAnswer } = await import('../../../report/apc/candidates.ts')
  writeAnswer(candidatesAnswer(opened.guest, candidates), options, shell)
}
