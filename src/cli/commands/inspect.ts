/** `rvr inspect`: what a guest or a compiled library is. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { RvrError, messageOf } from '../../errors.ts'
import { EXIT_OK } from '../exit-codes.ts'
import { jsonOption } from '../options.ts'
import { jsonLine } from '../output.ts'
import type { Shell } from '../shell.ts'

export function declareInspect(program: Command, shell: Shell): void {
  program.command('inspect').argument('<file>', 'RISC-V ELF executable, or a library that rvr compiled')
    .summary('say what a guest or a compiled library is')
    .description('Says what a file is: width, entry, segments and digest of a guest; identity of a compiled library.')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ rvr inspect guest.elf\n  $ rvr inspect guest.so --json')
    .action(async (file: string, options: { json?: boolean }) => shell.finish(await inspect(file, options.json === true, shell)))
}

async function inspect(file: string, json: boolean, shell: Shell): Promise<number> {
  let bytes
  try {
    bytes = await readFile(file)
  } catch (cause) {
    throw new RvrError('IO', `cannot read ${file}: ${messageOf(cause)}`, { hint: 'Give the path of a guest or of a compiled library.', cause, details: { path: file } })
  }
  const { inspectGuest, inspectLibrary, isSharedLibrary } = await import('../../report/inspect.ts')
  const answer = isSharedLibrary(bytes) ? await inspectLibrary(file, bytes) : inspectGuest(file, bytes)
  shell.stdout.write(json ? jsonLine(answer.json) : answer.text)
  return EXIT_OK
}
