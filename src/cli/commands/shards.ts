/** `rvr shards`: what shards of a run hand on to one another, compared with another guest's. */
import type { Command } from 'commander'
import { RvrError } from '../../errors.ts'
import type { ModeName } from '../../modes/registry.ts'
import type { ShardedRun, ShardsView } from '../../report/shards/view.ts'
import type { Artifact } from '../../sdk/artifact.ts'
import type { ShardPlan } from '../../sdk/shard-plan.ts'
import { showExecution } from '../execute.ts'
import { exitStatusOfRun } from '../exit-codes.ts'
import { openGuest } from '../open-guest.ts'
import { buildOptions } from '../options/build.ts'
import { addOptions, inputPath, option, valued } from '../options/declare.ts'
import {
  executionOptions,
  makeReady,
  readGiven,
  startOptions,
  stretchOptions,
  type ExecutionOptions,
  type Given,
} from '../options/execution.ts'
import { createProgress, reportOptions, type ReportOptions } from '../options/report.ts'
import { segmentOptions } from '../options/segments.ts'
import { parseEnds, parseLimit } from '../options/values.ts'
import { writeReport } from '../output/guest-text.ts'
import { jsonLine } from '../output/messages.ts'
import type { Shell } from '../shell.ts'

const DEFAULT_TOP = 10
/** Pages have room, and a search. */
const DEFAULT_PAGE_TOP = 100

interface ShardsCommandOptions extends ExecutionOptions, ReportOptions {
  readonly plan?: readonly number[]
  readonly shardInstructions?: number
  readonly shardCells?: number
  readonly shards?: number
  readonly wordCost?: number
  readonly compare?: string
  readonly top?: number
  readonly format?: 'text' | 'markdown' | 'html'
}

export function declareShards(program: Command, shell: Shell): void {
  const command = program
    .command('shards')
    .argument('<guest>', 'RISC-V ELF executable; - is standard input', inputPath)
    .summary('what pieces of a run hand on to one another')
    .description(
      'Runs a guest in shards and counts the words of memory that one shard leaves and a later one takes up: by ' +
        'region, function and instruction, with what the memory tables of each shard cost. Without a plan the shards ' +
        'are the segments of mode metered.',
    )
  addOptions(command, [
    valued('--plan <n,n,…>', 'shards end after so many instructions since the start', parseEnds),
    valued('--shard-instructions <n>', 'shards of so many instructions', parseLimit),
    valued('--shard-cells <n>', 'shards of at most so many trace cells', parseLimit),
    valued('--shards <n>', 'so many shards of about equal cost', parseLimit),
    valued('--word-cost <n>', 'trace cells for each external write and read (default: 0)', parseLimit),
    valued('--compare <guest>', 'another guest with the same inputs and plan, side by side', inputPath),
    valued('--top <n>', `rows of each list (default: ${DEFAULT_TOP}, of html ${DEFAULT_PAGE_TOP})`, parseLimit),
    option('--format <format>', 'text, markdown for job summaries, or html: one page for browsers (default: text)')
      .choices(['text', 'markdown', 'html'])
      .conflicts('json'),
    ...executionOptions(),
    ...segmentOptions(),
    ...buildOptions(),
    ...reportOptions(),
  ])
    .addHelpText(
      'after',
      `
Exit status: 0 done; 1 the guest terminated with another code than 0; 2 bad usage, input
or plan; 3 no toolchain or compile failed; 4 the guest trapped; 6 a limit stopped the guest.
A run that did not come to its end is reported too.

Examples:
  $ rvr shards guest.elf --input file:block.bin
  $ rvr shards guest.elf --input file:block.bin --shards 8 --top 20
  $ rvr shards eager.elf --compare streamed.elf --shard-cells 100000000 --format markdown
  $ rvr shards guest.elf --shards 8 --format html > shards.html`,
    )
    .action(async (file: string, options: ShardsCommandOptions) => shell.finish(await shards(file, options, shell)))
}

/** @throws RvrError `USAGE` where there is more than one */
function planOf({ plan, shardInstructions, shardCells, shards: number }: ShardsCommandOptions): ShardPlan | undefined {
  const plans: ShardPlan[] = []
  if (plan !== undefined) plans.push(plan)
  if (shardInstructions !== undefined) plans.push({ everyInstructions: shardInstructions })
  if (shardCells !== undefined) plans.push({ everyCells: shardCells })
  if (number !== undefined) plans.push({ count: number })
  if (plans.length > 1)
    throw new RvrError('USAGE', 'there is more than one plan of shards', {
      hint: 'Give one of --plan, --shard-instructions, --shard-cells and --shards.',
    })
  return plans[0]
}

interface Counted extends ShardedRun {
  /** The command's exit status. */
  readonly status: number
  readonly artifact: Artifact
}

async function shards(file: string, options: ShardsCommandOptions, shell: Shell): Promise<number> {
  const plan = planOf(options)
  const given = await readGiven(options, shell.signal)
  const method = { plan, given, options, shell }
  const base = options.compare === undefined ? undefined : await count(options.compare, method)
  const now = await count(file, method)
  writeReport(shell, await reportText(now, base, options))
  return now.status
}

interface Method {
  readonly plan: ShardPlan | undefined
  readonly given: Given
  readonly options: ShardsCommandOptions
  readonly shell: Shell
}

async function count(file: string, { plan, given, options, shell }: Method): Promise<Counted> {
  await using progress = createProgress(options, shell)
  await using opened = await openGuest(file, { options, progress, shell })
  const { guest } = opened
  // Its segments are the plan, and its cost is what plans divide.
  const mode: ModeName = 'metered'
  const artifact = await makeReady({ guest, mode, options, shell, progress })
  await progress.settle()
  const stretch = stretchOptions(options, shell, progress)
  using run = await showExecution(progress, () =>
    artifact.execute({ ...startOptions(file, options, given), ...stretch }),
  )
  const { wordCost } = options
  const found = await run.shards(plan, { wordCost, signal: shell.signal })
  return { guest, artifact, run, shards: found, status: exitStatusOfRun(run) }
}

async function reportText(
  now: Counted,
  base: Counted | undefined,
  { json, format, top = format === 'html' ? DEFAULT_PAGE_TOP : DEFAULT_TOP }: ShardsCommandOptions,
): Promise<string> {
  const view: ShardsView = { top }
  const { compareShards, comparisonJson } = await import('../../report/shards/comparison.ts')
  const compared = base && { base: base.guest.path, comparison: compareShards(base.shards, now.shards) }
  if (json === true) {
    const { shardsJson } = await import('../../report/shards/json.ts')
    const comparison = compared && comparisonJson(compared)
    return jsonLine({ ...shardsJson(now, now.artifact, view), comparison })
  }
  if (format === 'html') return (await import('../../report/shards/html.ts')).shardsHtml(now, view, compared)
  if (format === 'markdown')
    return (await import('../../report/shards/markdown.ts')).shardsMarkdown(now, view, compared)
  return (await import('../../report/shards/text.ts')).shardsText(now, view, compared)
}
