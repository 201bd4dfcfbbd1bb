/** The first steps of the `rvr` command: what can be answered at once is, everything else is loaded. */
import { keepCompiledCode } from '../compiled-code.ts'
import type { WorkerPool } from '../run/pool.ts'
import { version } from '../version.ts'
import { watchStreams } from './output/watched-streams.ts'

/** Carries out a command line and answers its exit status. */
export async function start(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) return printVersion()
  const [first] = argv
  const isFrequent = first === 'run' || first === 'cost' || first === 'compile'
  keepCompiledCode(process.env, isFrequent ? first : 'others')
  const pool = first === 'run' && argv.length > 1 ? await startThread() : undefined
  const { main } = await import('./program.ts')
  const status = await main(argv, pool)
  await pool?.close()
  return status
}

function printVersion(): Promise<number> {
  const streams = watchStreams(process)
  process.stdout.write(`${version}\n`)
  return streams.settle(0)
}

/** The thread of a guest takes as long to start as the rest of the program takes to load: both go on at once. */
async function startThread(): Promise<WorkerPool> {
  const { WorkerPool: Pool } = await import('../run/pool.ts')
  const pool = new Pool()
  pool.warm()
  return pool
}

/**
 * Ends the process with a status: at once where nothing is going on, because taking apart a heap that goes away with
 * the process takes as long as a short guest. What is still going on (a compile that serves every guest) is waited for.
 */
export function end(status: number): void {
  process.exitCode = status
  // Standard streams, which have been written out.
  const isStream = (resource: string): boolean => resource === 'PipeWrap' || resource === 'TTYWrap'
  if (process.getActiveResourcesInfo().every(isStream)) process.exit()
}
