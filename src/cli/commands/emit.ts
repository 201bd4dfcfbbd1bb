/** `rvr emit`: the result of one stage, printed or written. */
import { join, resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { noEvents } from '../../events.ts'
import { readInput } from '../../files/read.ts'
import { writeOutput } from '../../files/write.ts'
import type { Image } from '../../elf/image.ts'
import { EXIT_OK } from '../exit-codes.ts'
import {
  addGuestOptions,
  DEFAULT_MODE,
  inputPath,
  jsonOption,
  loadOptions,
  modeOption,
  type GuestOptions,
} from '../options/build.ts'
import { jsonLine } from '../output/messages.ts'
import { profileOption, type ProfileOptions } from '../options/profiles.ts'
import type { Shell } from '../shell.ts'

const stages = ['image', 'ir', 'cfg', 'c'] as const
type StageName = (typeof stages)[number]

interface EmitOptions extends GuestOptions, ProfileOptions {
  readonly stage: StageName
  readonly mode?: string
  readonly output?: string
  readonly json?: boolean
}

/** One stage's result: an object for --json and files of text. */
interface Emitted {
  readonly json: object
  readonly files: readonly { readonly path: string; readonly content: string }[]
}

export function declareEmit(program: Command, shell: Shell): void {
  addGuestOptions(
    program
      .command('emit')
      .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
      .summary('print or write the result of one stage')
      .description(
        'Prints or writes what one stage makes of a guest: its segments and symbols (image),\nits instructions (ir), its blocks and regions (cfg), its C code (c).',
      )
      .addOption(new Option('--stage <stage>', 'which stage').choices(stages).makeOptionMandatory())
      .addOption(modeOption()),
  )
    .addOption(
      profileOption('cut regions and write C for what earlier runs executed: a file of run --profile-out, repeatable'),
    )
    .option('-o, --output <dir>', 'write files into this directory instead of printing')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ rvr emit guest.elf --stage ir
  $ rvr emit guest.elf --stage c --mode metered-cost -o generated`,
    )
    .action(async (file: string, options: EmitOptions) => shell.finish(await emit(file, options, shell)))
}

async function emit(file: string, options: EmitOptions, shell: Shell): Promise<number> {
  const { parseElf } = await import('../../elf/parse.ts')
  const image = parseElf(await readInput('guest', file, shell.signal), file)
  const emitted = await emitStage(image, file, options, shell)
  if (options.output !== undefined) {
    const written = await writeFiles(resolve(options.output), emitted.files, shell.signal)
    shell.stdout.write(
      options.json ? jsonLine({ stage: options.stage, written }) : written.map(path => `${path}\n`).join(''),
    )
  } else if (options.json) shell.stdout.write(jsonLine(emitted.json))
  else
    for (const { path, content } of emitted.files)
      shell.stdout.write(emitted.files.length > 1 ? `/* ==== ${path} ==== */\n${content}\n` : content)
  return EXIT_OK
}

async function emitStage(image: Image, file: string, options: EmitOptions, shell: Shell): Promise<Emitted> {
  const { stage, mode = DEFAULT_MODE } = options
  if (stage === 'image') {
    const { imageJson, imageText } = await import('../../report/stages/image.ts')
    return { json: imageJson(image), files: [{ path: 'image.json', content: imageText(image) }] }
  }
  const [{ lifted }, { longestSpan }, { callFiles, decoderFor }, { surroundingsOf }] = await Promise.all([
    import('../../program/lifted.ts'),
    import('../../machine/interval.ts'),
    import('../../extensions/compose.ts'),
    import('../../sdk/surroundings.ts'),
  ])
  const { abi, machine } = await surroundingsOf(image, file, loadOptions(options, shell), noEvents)
  const graph = lifted(image, decoderFor(image.xlen, abi), longestSpan(machine))
  if (stage === 'ir') {
    const { irJson, irText } = await import('../../report/stages/ir.ts')
    return { json: irJson(graph.program), files: [{ path: 'ir.txt', content: irText(graph.program) }] }
  }
  const profile =
    options.profile === undefined
      ? undefined
      : (await (await import('../../profile/file.ts')).readProfiles(options.profile, image, shell.signal)).stretches
  if (stage === 'cfg') {
    const [{ cfgJson, cfgText }, { buildRegions }, { frequenciesOf }] = await Promise.all([
      import('../../report/stages/cfg.ts'),
      import('../../analysis/regions.ts'),
      import('../../analysis/frequency.ts'),
    ])
    const regions = buildRegions(graph, undefined, profile && frequenciesOf(graph, profile))
    return { json: cfgJson(graph, regions), files: [{ path: 'cfg.txt', content: cfgText(graph, regions) }] }
  }
  const [{ generate }, { preserveNone }, { modeNamed }] = await Promise.all([
    import('../../codegen/generate.ts'),
    import('../../codegen/convention.ts'),
    import('../../modes/registry.ts'),
  ])
  const { files } = generate(graph, {
    mode: modeNamed(mode),
    machine,
    convention: preserveNone,
    identity: '{}',
    callFiles: callFiles(abi),
    ...(profile !== undefined && { profile }),
  })
  return { json: { stage, mode, files }, files }
}

async function writeFiles(directory: string, files: Emitted['files'], signal: AbortSignal): Promise<string[]> {
  const paths: string[] = []
  for (const { path, content } of files)
    paths.push(await writeOutput(join(directory, path), put => put(content), { signal }))
  return paths
}
