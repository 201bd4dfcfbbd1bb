/** `rvr stream emit`: an order of items and a store → the stream. */
import type { Command } from 'commander'
import { checkOutput } from '../../../files/write.ts'
import { emittedAnswer } from '../../../report/streams/answers.ts'
import { EXIT_OK } from '../../exit-codes.ts'
import { addOptions, inputPath } from '../../options/declare.ts'
import { reportOptions, type ReportOptions } from '../../options/report.ts'
import { writeAnswer } from '../../output/answer.ts'
import type { Shell } from '../../shell.ts'
import { storeOptions, type StoreOptions } from './store-options.ts'

interface EmitOptions extends StoreOptions, ReportOptions {}

export function declareEmitStream(group: Command, shell: Shell): void {
  const command = group
    .command('emit')
    .argument('<order>', 'file that rvr stream record wrote; - is standard input', inputPath)
    .summary('write the stream of an order')
    .description('Takes the items of an order from a store and writes them to a file, in that order.')
  addOptions(command, [...storeOptions(), ...reportOptions()])
    .addHelpText('after', '\nExample:\n  $ rvr stream emit order.json --store items -o block.stream')
    .action(async (file: string, options: EmitOptions) => shell.finish(await emit(file, options, shell)))
}

async function emit(file: string, options: EmitOptions, shell: Shell): Promise<number> {
  const { store, output } = options
  const { signal } = shell
  const [{ directoryStore }, { emitStream }, { readOrder }, { writeStream }] = await Promise.all([
    import('../../../streams/store.ts'),
    import('../../../streams/emit.ts'),
    import('../../../streams/order.ts'),
    import('../../../streams/stream.ts'),
  ])
  await checkOutput(output)
  const stream = await emitStream(await readOrder(file, signal), await directoryStore(store), { signal })
  const path = await writeStream(output, stream, signal)
  writeAnswer(emittedAnswer(stream, path), options, shell)
  return EXIT_OK
}
