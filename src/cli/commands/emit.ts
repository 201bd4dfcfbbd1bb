/** `rvr emit`: the result of one stage, printed or written. */
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { noEvents } from '../../events.ts'
import { readInput } from '../../files/read.ts'
import { writeOutput } from '../../files/write.ts'
import type { Image } from '../../elf/image.ts'
import type { Stretch } from '../../profile/counts.ts'
import type { Answer } from '../../report/answer.ts'
import { EXIT_OK } from '../exit-codes.ts'
import { addOptions, inputPath, option } from '../options/declare.ts'
import { DEFAULT_MODE, guestOptions, loadOptions, modeOption, type GuestOptions } from '../options/guest.ts'
import { profileOption, type ProfileOptions } from '../options/profiles.ts'
import { jsonOption } from '../options/report.ts'
import { writeAnswer } from '../output/answer.ts'
import type { Shell } from '../shell.ts'

const stages = ['image', 'ir', 'cfg', 'plan', 'c'] as const
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
  const command = program
    .command('emit')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('print or write the result of one stage')
    .description(
      'Prints or writes what one stage makes of a guest: its segments and symbols (image),\n' +
        'its instructions (ir), its blocks and regions (cfg), what its C is written by\n' +
        '(plan), its C code (c).',
    )
  addOptions(command, [
    option('--stage <stage>', 'which stage').choices(stages).makeOptionMandatory(),
    modeOption(),
    ...guestOptions(),
    profileOption('cut regions and write C for what earlier runs executed: a file of run --profile-out, repeatable'),
    option('-o, --output <dir>', 'write files into this directory instead of printing'),
    jsonOption(),
  ])
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
  const { memoryFor } = await import('../../extensions/memory.ts')
  const { abi, guestMemory } = options
  const memory = memoryFor(abi, guestMemory)
  const image = parseElf(await readInput('guest', file, shell.signal), file, undefined, memory)
  const emitted = await emitStage(image, file, options, shell)
  writeAnswer(await answerOf(emitted, options, shell.signal), options, shell)
  return EXIT_OK
}

/** What is printed: the result, or the files that it was written to. */
async function answerOf(
  { json, files }: Emitted,
  { stage, output }: EmitOptions,
  signal: AbortSignal,
): Promise<Answer> {
  if (output !== undefined) {
    const written = await writeFiles(resolve(output), files, signal)
    return { json: { stage, written }, text: written.map(path => `${path}\n`).join('') }
  }
  const [only, ...others] = files
  if (only !== undefined && others.length === 0) return { json, text: only.content }
  return { json, text: files.map(({ path, content }) => `/* ==== ${path} ==== */\n${content}\n`).join('') }
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
  const { abi, machine } = await surroundingsOf(image, file, loadOptions(options, shell), { events: noEvents })
  const graph = lifted(image, decoderFor(image.xlen, abi), longestSpan(machine))
  if (stage === 'ir') {
    const { irJson, irText } = await import('../../report/stages/ir.ts')
    return { json: irJson(graph.program), files: [{ path: 'ir.txt', content: irText(graph.program) }] }
  }
  const profile = options.profile && (await stretchesOf(options.profile, image, shell.signal))
  if (stage === 'cfg') {
    const [{ cfgJson, cfgText }, { buildRegions }, { frequenciesOf }] = await Promise.all([
      import('../../report/stages/cfg.ts'),
      import('../../analysis/regions.ts'),
      import('../../analysis/frequency.ts'),
    ])
    const regions = buildRegions(graph, undefined, profile && frequenciesOf(graph, profile))
    return { json: cfgJson(graph, regions), files: [{ path: 'cfg.txt', content: cfgText(graph, regions) }] }
  }
  const [{ preserveNone }, { modeNamed }, { checkListed }] = await Promise.all([
    import('../../codegen/convention.ts'),
    import('../../modes/registry.ts'),
    import('../../sdk/unlisted.ts'),
  ])
  const listed = checkListed(modeNamed(mode), { image, abi, machine })
  const project = { mode: listed, machine, convention: preserveNone, profile }
  if (stage === 'plan') {
    const [{ planJson, planText }, { plansOf }] = await Promise.all([
      import('../../report/stages/plan.ts'),
      import('../../codegen/plans.ts'),
    ])
    const plans = plansOf(graph, project)
    return { json: planJson(graph, mode, plans), files: [{ path: 'plan.txt', content: planText(graph, mode, plans) }] }
  }
  const { generate } = await import('../../codegen/generate.ts')
  const { files } = generate(graph, { ...project, identity: '{}', callFiles: callFiles(abi) })
  return { json: { stage, mode, files }, files }
}

/** What earlier runs executed. */
async function stretchesOf(files: readonly string[], image: Image, signal: AbortSignal): Promise<readonly Stretch[]> {
  const { readProfiles } = await import('../../profile/file.ts')
  return (await readProfiles(files, image, signal)).stretches
}

async function writeFiles(directory: string, files: Emitted['files'], signal: AbortSignal): Promise<string[]> {
  const paths: string[] = []
  for (const { path, content } of files)
    paths.push(await writeOutput(join(directory, path), put => put(content), { signal }))
  return paths
}
