/** `rvr inspect`: what a guest or a compiled library is. */
import type { Command } from 'commander'
import { readInput } from '../../files/read.ts'
import { EXIT_OK } from '../exit-codes.ts'
import { inputPath } from '../options/declare.ts'
import { jsonOption, type ReportOptions } from '../options/report.ts'
import { writeAnswer } from '../output/answer.ts'
import type { Shell } from '../shell.ts'

export function declareInspect(program: Command, shell: Shell): void {
  program
    .command('inspect')
    .argument('<file>', 'RISC-V ELF executable, or a library that rvr compiled; - is standard input', inputPath)
    .summary('say what a guest or a compiled library is')
    .description('Says what a file is: width, entry, segments and digest of a guest; identity of a compiled library.')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ rvr inspect guest.elf\n  $ rvr inspect guest.so --json')
    .action(async (file: string, options: Pick<ReportOptions, 'json'>) =>
      shell.finish(await inspect(file, options, shell)),
    )
}

async function inspect(file: string, options: Pick<ReportOptions, 'json'>, shell: Shell): Promise<number> {
  const bytes = await readInput('inspected', file, shell.signal)
  const { inspectGuest, inspectLibrary, isSharedLibrary } = await import('../../report/inspect.ts')
  const answer = isSharedLibrary(bytes) ? await inspectLibrary(file, bytes) : inspectGuest(file, bytes)
  writeAnswer(answer, options, shell)
  return EXIT_OK
}
