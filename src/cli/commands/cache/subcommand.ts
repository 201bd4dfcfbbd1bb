/** What a subcommand of `rvr cache` is. */
import type { Command } from 'commander'
import type { Cache } from '../../../store/cache.ts'
import type { Answer } from '../../../report/answer.ts'
import type { Progress } from '../../progress/progress.ts'
import type { Shell } from '../../shell.ts'

export interface Request {
  /** The argument; empty where the subcommand takes none. */
  readonly argument: string
  /** All arguments, for a subcommand whose argument's name ends in `...`. */
  readonly all: readonly string[]
  /** The options of the command line; `cacheDir` and `json` are always among them. */
  readonly options: Readonly<Record<string, unknown>>
  readonly progress: Progress
  readonly shell: Shell
  /** Opens the cache of --cache-dir. */
  openCache(): Promise<Cache>
}

export interface Subcommand {
  readonly name: string
  readonly summary: string
  /** The argument, where there is one. */
  readonly argument?: { readonly name: string; readonly text: string }
  readonly examples: readonly string[]
  /** Adds options; --cache-dir and --json come after them by themselves. */
  declare?(command: Command): void
  answer(request: Request): Promise<Answer>
}
