/** The command table, in the order in which help shows it. */
import type { Command } from 'commander'
import { declareCache } from './commands/cache.ts'
import { declareCompile } from './commands/compile.ts'
import { declareCompletions } from './commands/completions.ts'
import { declareCost } from './commands/cost.ts'
import { declareDoctor } from './commands/doctor.ts'
import { declareEmit } from './commands/emit.ts'
import { declareHelp } from './commands/help.ts'
import { declareInspect } from './commands/inspect.ts'
import { declareRun } from './commands/run.ts'
import type { Shell } from './shell.ts'

export const commands: readonly ((program: Command, shell: Shell) => void)[] = [
  declareRun,
  declareCost,
  declareCompile,
  declareEmit,
  declareInspect,
  declareCache,
  declareDoctor,
  declareCompletions,
  declareHelp,
]
