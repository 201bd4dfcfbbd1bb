/** `rvr inspect`: what a guest, a compiled library, an archive or a machine's AIRs are. */
import type { Command } from 'commander'
import type { AirMemo } from '../../air/listed.ts'
import { RvrError } from '../../errors.ts'
import { readInput } from '../../files/read.ts'
import type { Answer } from '../../report/answer.ts'
import { EXIT_OK } from '../exit-codes.ts'
import { inputPath, option } from '../options/declare.ts'
import { jsonOption, type ReportOptions } from '../options/report.ts'
import { writeAnswer } from '../output/answer.ts'
import type { Shell } from '../shell.ts'

interface InspectOptions extends Pick<ReportOptions, 'json'> {
  /** A name, or true where the option stands alone. */
  readonly airs?: string | true
  readonly xlen?: '32' | '64'
  readonly machine?: string
  readonly key?: string
}

export function declareInspect(program: Command, shell: Shell): void {
  const examples = [
    'rvr inspect guest.elf',
    'rvr inspect guest.so --json',
    'rvr inspect segment-0.rvr',
    'rvr inspect 0.proof --key key.vkey',
    'rvr inspect --airs',
    'rvr inspect --airs AddI',
    'rvr inspect --airs --xlen 32 --json',
    'rvr inspect --airs --machine ours.json',
  ]
  program
    .command('inspect')
    .argument('[file]', 'RISC-V ELF executable, library that rvr compiled, or archive; - is standard input', inputPath)
    .summary('say what a guest, a compiled library or an archive is')
    .description(
      'Says what a file is: width, entry, segments and digest of a guest; identity of a compiled library; ' +
        'content, sections and tables of an archive (docs/archive.md); parameters, AIRs and bits of security of a ' +
        'verifying key, heights of a proof (docs/proofs.md). ' +
        'Or says what the tables of a proof are: columns, constraints and messages of AIRs.',
    )
    .addOption(
      option('--key <file>', 'of a proof: its verifying key, by which bits of security are told').argParser(inputPath),
    )
    .addOption(option('--airs [name]', 'instead of a file: the AIRs of a machine, or one of them (docs/air.md)'))
    .addOption(option('--xlen <bits>', 'with --airs: register width (default: 64)').choices(['32', '64']))
    .addOption(option('--machine <file>', 'with --airs: that of a machine file (docs/machine.md)').argParser(inputPath))
    .addOption(jsonOption())
    .addHelpText('after', `\nExamples:\n${examples.map(each => `  $ ${each}`).join('\n')}`)
    .action(async (file: string | undefined, options: InspectOptions) =>
      shell.finish(await inspect(file, options, shell)),
    )
}

async function inspect(file: string | undefined, options: InspectOptions, shell: Shell): Promise<number> {
  writeAnswer(await answerOf(file, options, shell), options, shell)
  return EXIT_OK
}

async function answerOf(
  file: string | undefined,
  { airs, xlen, machine, key }: InspectOptions,
  shell: Shell,
): Promise<Answer> {
  if (airs !== undefined) {
    if (file !== undefined) throw usage(`--airs and the file ${file} exclude each other`)
    if (key !== undefined) throw usage('--key is for a proof')
    const { airsToInspect, inspectAirs } = await import('../../report/airs.ts')
    const width = xlen && (xlen === '32' ? 32 : 64)
    const set = await airsToInspect(width, machine, shell.signal, await knownAirs())
    return inspectAirs(set, airs === true ? undefined : airs)
  }
  if (xlen !== undefined) throw usage('--xlen is for --airs')
  if (file === undefined) throw usage("missing required argument 'file'")
  const { isArchive, isArchiveFile } = await import('../../archive/beginning.ts')
  if (await isArchiveFile(file)) return archiveAnswer(file, file, key, shell)
  const bytes = await readInput('inspected', file, shell.signal)
  // Of a pipe, which can be read once.
  if (isArchive(bytes)) return archiveAnswer(file, bytes, key, shell)
  if (key !== undefined) throw usage('--key is for a proof')
  const { inspectGuest, inspectLibrary, isSharedLibrary } = await import('../../report/inspect.ts')
  return isSharedLibrary(bytes) ? inspectLibrary(file, bytes) : inspectGuest(file, bytes)
}

async function archiveAnswer(
  file: string,
  source: string | Uint8Array,
  keyFile: string | undefined,
  { signal }: Shell,
): Promise<Answer> {
  const { inspectArchive } = await import('../../report/archives/archive.ts')
  const { readArchive } = await import('../../archive/read.ts')
  const archive = await readArchive(source, { signal, name: file })
  if (keyFile !== undefined && archive.content !== 'proof') throw usage('--key is for a proof')
  const key = keyFile === undefined ? undefined : await readArchive(keyFile, { signal, content: 'vkey' })
  return inspectArchive(file, archive, await knownAirs(), key)
}

/** What the cache knows of AIRs; to say what they are none is needed. */
async function knownAirs(): Promise<AirMemo | undefined> {
  const { openCache } = await import('../../store/cache.ts')
  const { airMemo } = await import('../../trace/airs-memo.ts')
  try {
    return airMemo((await openCache()).memoDirectory)
  } catch {
    return undefined // unsafe, say
  }
}

const usage = (message: string): RvrError => new RvrError('USAGE', message, { hint: 'Run rvr inspect --help.' })
