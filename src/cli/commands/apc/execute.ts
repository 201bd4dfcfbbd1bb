/** `rvr apc execute`: runs a guest on its machine with autoprecompiles, and tells what that costs. */
import type { Command } from 'commander'
import { showExecution } from '../../execute.ts'
import { exitStatusOfRun } from '../../exit-codes.ts'
import { openGuest } from '../../open-guest.ts'
import { apcSelectChoices, apcSelectOptions, type ApcSelecting } from '../../options/apc.ts'
import { buildOptions } from '../../options/build.ts'
import { addOptions, inputPath } from '../../options/declare.ts'
import {
  executionOptions,
  makeReady,
  readGiven,
  startOptions,
  stretchOptions,
  type ExecutionOptions,
} from '../../options/execution.ts'
import { createProgress, reportOptions, type ReportOptions } from '../../options/report.ts'
import { segmentOptions } from '../../options/segments.ts'
import { writeReport } from '../../output/guest-text.ts'
import { jsonLine } from '../../output/messages.ts'
import type { Shell } from '../../shell.ts'
import { specialised } from './specialised.ts'

interface ApcExecuteOptions extends ApcSelecting, ExecutionOptions, ReportOptions {}

export function declareExecute(group: Command, shell: Shell): void {
  const command = group
    .command('execute')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('run a guest on its machine with autoprecompiles')
    .description('Does what setup does, runs the guest in mode metered, and tells what came out and what it costs.')
  addOptions(command, [
    ...apcSelectOptions(),
    ...executionOptions(),
    ...segmentOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Example:
  $ rvr apc execute guest.elf --profile-input u64:100 --autoprecompiles 10 --input u64:5000`,
    )
    .action(async (file: string, options: ApcExecuteOptions) => shell.finish(await execute(file, options, shell)))
}

async function execute(file: string, options: ApcExecuteOptions, shell: Shell): Promise<number> {
  await using progress = createProgress(options, shell)
  const choices = await apcSelectChoices(file, options, shell.signal)
  const given = await readGiven(options, shell.signal)
  await using opened = await openGuest(file, { options, progress, shell })
  const guest = await specialised(opened, { file, choices, options, shell })
  const artifact = await makeReady({ guest, mode: 'metered', options, shell, progress })
  await progress.settle()
  const start = { ...startOptions(file, options, given), ...stretchOptions(options, shell, progress) }
  using run = await showExecution(progress, () => artifact.execute(start))
  const [{ runText }, { runJson }] = await Promise.all([
    import('../../../report/run/text.ts'),
    import('../../../report/run/json.ts'),
  ])
  writeReport(shell, options.json ? jsonLine(runJson(run, artifact)) : runText(run, artifact))
  return exitStatusOfRun(run)
}
