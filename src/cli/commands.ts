/** The command table, in the order in which help shows it: each command is loaded when it is asked for. */
import type { Command } from 'commander'
import type { Shell } from './shell.ts'

export type Declare = (program: Command, shell: Shell) => void

export const commands: ReadonlyMap<string, () => Promise<Declare>> = new Map([
  ['run', async () => (await import('./commands/run.ts')).declareRun],
  ['cost', async () => (await import('./commands/cost.ts')).declareCost],
  ['profile', async () => (await import('./commands/profile.ts')).declareProfile],
  ['shards', async () => (await import('./commands/shards.ts')).declareShards],
  ['trace', async () => (await import('./commands/trace.ts')).declareTrace],
  ['vkey', async () => (await import('./commands/vkey.ts')).declareVkey],
  ['prove', async () => (await import('./commands/prove.ts')).declareProve],
  ['verify', async () => (await import('./commands/verify.ts')).declareVerify],
  ['compile', async () => (await import('./commands/compile.ts')).declareCompile],
  ['emit', async () => (await import('./commands/emit.ts')).declareEmit],
  ['inspect', async () => (await import('./commands/inspect.ts')).declareInspect],
  ['apc', async () => (await import('./commands/apc.ts')).declareApc],
  ['stream', async () => (await import('./commands/stream.ts')).declareStream],
  ['cache', async () => (await import('./commands/cache.ts')).declareCache],
  ['doctor', async () => (await import('./commands/doctor.ts')).declareDoctor],
  ['completions', async () => (await import('./commands/completions.ts')).declareCompletions],
  ['help', async () => (await import('./commands/help.ts')).declareHelp],
])

/** They print what all of them are. */
export const commandsAboutCommands: ReadonlySet<string> = new Set(['completions', 'help'])
