/** `rvr stream record`: the order in which a guest pulls items from a store. */
import type { Command } from 'commander'
import { RvrError } from '../../../errors.ts'
import { checkOutput } from '../../../files/write.ts'
import { recordedAnswer } from '../../../report/streams/answers.ts'
import { showExecution } from '../../execute.ts'
import { exitStatusOfRun } from '../../exit-codes.ts'
import { openGuest } from '../../open-guest.ts'
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
import { writeAnswer } from '../../output/answer.ts'
import type { PullOrder } from '../../../streams/order.ts'
import type { Shell } from '../../shell.ts'
import { storeOptions, type StoreOptions } from './store-options.ts'

interface RecordOptions extends StoreOptions, ExecutionOptions, ReportOptions {}

export function declareRecord(group: Command, shell: Shell): void {
  const command = group
    .command('record')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('record the order in which a guest pulls items')
    .description('Runs a guest with a store of items, and writes the order in which it pulls them to a file.')
  addOptions(command, [...storeOptions(), ...executionOptions(), ...buildOptions(), ...reportOptions()])
    .addHelpText(
      'after',
      '\nExample:\n  $ rvr stream record guest.elf --store items --input file:block.bin -o order.json',
    )
    .action(async (file: string, options: RecordOptions) => shell.finish(await record(file, options, shell)))
}

async function record(file: string, options: RecordOptions, shell: Shell): Promise<number> {
  const { store, output, stream } = options
  if (stream !== undefined)
    throw new RvrError('USAGE', 'a guest that is recorded pulls from a store, and from no stream', {
      hint: 'Leave --stream out.',
    })
  const [{ directoryStore }, { writeOrder }, { recordOrder }] = await Promise.all([
    import('../../../streams/store.ts'),
    import('../../../streams/order.ts'),
    import('../../../sdk/record-order.ts'),
  ])
  await checkOutput(output)
  const items = await directoryStore(store)
  await using progress = createProgress(options, shell)
  const { inputs } = await readGiven(options, shell.signal)
  await using opened = await openGuest(file, { options, progress, shell })
  const artifact = await makeReady({ guest: opened.guest, mode: 'pure', options, shell, progress })
  await progress.settle()
  const start = { ...startOptions(file, options, { inputs }), ...stretchOptions(options, shell, progress) }
  let order: PullOrder | undefined
  using run = await showExecution(progress, async () => {
    const recorded = await recordOrder(artifact, items, start)
    order = recorded.order
    return recorded.run
  })
  const path = await writeOrder(output, order!, shell.signal)
  writeAnswer(recordedAnswer(run, order!, path), options, shell)
  return exitStatusOfRun(run)
}
