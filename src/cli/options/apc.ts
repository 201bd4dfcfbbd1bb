/** Which autoprecompiles a guest gets: how candidates are generated, and which of them are selected. */
import type { Option } from 'commander'
import { MOST_INSTRUCTIONS, MOST_SUPERBLOCKS } from '../../apc/candidates/options.ts'
import type { Pgo } from '../../apc/candidates/rank.ts'
import type { ApcGenerateOptions, ApcSelectOptions } from '../../sdk/apc/contract.ts'
import { inputPath, listed, notEmpty, option, valued } from './declare.ts'
import { readInputs } from './execution.ts'
import { INPUT_FORMS } from './input-spec.ts'
import { limitIn } from './values.ts'

export interface ApcGenerating {
  readonly pgo?: Pgo
  readonly maxColumns?: number
  readonly candidates?: number
  readonly maxBlockInstructions?: number
  readonly cutoff?: number
  readonly superblocks?: number
  readonly candidatesDir?: string
  readonly profileInput: readonly string[]
  readonly profileInputFile?: string
  readonly profileArg: readonly string[]
  readonly threads?: number
}

export interface ApcSelecting extends ApcGenerating {
  readonly autoprecompiles?: number
  readonly skip?: number
}

const profileOptions = (): Option[] => [
  listed('--profile-input <spec>', `one input record of the run that is counted, repeatable: ${INPUT_FORMS}`),
  valued(
    '--profile-input-file <json>',
    'its input records from a file {"input": ["0x01…"]}, before those of --profile-input',
    inputPath,
  ),
  listed('--profile-arg <text>', 'one argument of a linux guest after its name, repeatable'),
]

export const apcGenerateOptions = (): Option[] => [
  option(
    '--pgo <kind>',
    'what candidates are ranked by: cell, trace cells saved; instruction, instructions executed; none, length ' +
      '(default: cell)',
  ).choices(['cell', 'instruction', 'none']),
  valued(
    '--max-columns <n>',
    'with --pgo cell: columns of the machine, its own and those of all ranked candidates (default: no limit)',
    limitIn({}),
  ),
  valued(
    '--candidates <n>',
    'with --pgo instruction or none: candidates that are built (default: all, or as many as are selected and skipped)',
    limitIn({ least: 1 }),
  ),
  valued(
    '--max-block-instructions <n>',
    `leave out blocks of more instructions (default and limit: ${MOST_INSTRUCTIONS})`,
    limitIn({ least: 2, greatest: MOST_INSTRUCTIONS }),
  ),
  valued('--cutoff <n>', 'leave out blocks that are executed less often (default: 1)', limitIn({ least: 1 })),
  valued(
    '--superblocks <n>',
    'with --pgo cell: basic blocks in a row that may be one candidate (default: 1); more can be selected, not executed',
    limitIn({ least: 1, greatest: MOST_SUPERBLOCKS }),
  ),
  valued('--candidates-dir <dir>', 'write all ranked candidates into this directory', notEmpty),
  ...profileOptions(),
  valued(
    '--threads <n>',
    'threads that build candidates (default: all processors)',
    limitIn({ least: 1, greatest: 1024 }),
  ),
]

export const apcSelectOptions = (): Option[] => [
  valued('--autoprecompiles <n>', 'candidates that are taken (default: 0)', limitIn({})),
  valued('--skip <n>', 'candidates at the top of the order that are left out first (default: 0)', limitIn({})),
  ...apcGenerateOptions(),
]

/** The SDK's options. @param file the guest's, which is its first argument */
export async function apcGenerateChoices(
  file: string,
  options: ApcGenerating,
  signal: AbortSignal,
): Promise<ApcGenerateOptions> {
  const { pgo, maxColumns, candidates, maxBlockInstructions, cutoff, superblocks, candidatesDir, threads } = options
  const { profileInput: input, profileInputFile: inputFile, profileArg } = options
  const profile = {
    inputs: await readInputs({ input, inputFile }, signal),
    args: profileArg.length > 0 ? [file, ...profileArg] : undefined,
  }
  const ranking = { pgo, maxColumns, candidates, maxBlockInstructions, cutoff, superblocks }
  return { ...ranking, profile, candidatesDir, threads, signal }
}

export async function apcSelectChoices(
  file: string,
  options: ApcSelecting,
  signal: AbortSignal,
): Promise<ApcSelectOptions> {
  const { autoprecompiles = 0, skip } = options
  return { ...(await apcGenerateChoices(file, options, signal)), autoprecompiles, skip }
}
