/** `rvr inspect`: what a guest or a compiled library is. */
import type { Command } from 'commander'
import { readInput } from '../../files/read.ts'
import { EXIT_OK } from '../exit-codes.ts'
import { inputPath, jsonOption } from '../options/build.ts'
import { jsonLine } from '../output/messages.ts'
import type { Shell } from '../shell.ts'

export function declareInspect(program: Command, shell: Shell): void {
  program
    .command('inspect')
    .argument('<file>', 'RISC-V ELF executable, or a library that rvr compiled; - is standard input', inputPath)
    .summary('say what a guest or a compiled library is')
    .description('Says what a file is: width, entry, segments and digest of a guest; identity of a compiled library.')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ rvr inspect guest.elf\n  $ rvr inspect guest.so --json')
    .action(async (file: string, options: { json?: boolean }) =>
      shell.finish(await inspect(file, options.json === true, shell)),
    )
}

async function inspect(file: string, json: boolean, shell: Shell): Promise<number> {
  const bytes = await readInput('inspected', file, shell.signal)
  const { inspectGuest, inspectLibrary, isSharedLibrary } = await import('../../report/inspect.ts')
  const answer = isSharedLibrary(bytes) ? await inspectLibrary(file, bytes) : inspectGuest(file, bytes)
  shell.stdout.write(json ? jsonLine(answer.json) : answer.text)
  return EXIT_OK
}
