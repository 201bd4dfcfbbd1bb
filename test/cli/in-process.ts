/** Runs the command line in this process: for what is asked of reports and statuses, not of signals and streams. */
import { expect, inject } from 'vitest'
import { runCommand } from '../../src/cli/program.ts'
import { quickCompiler, type Result } from './e2e-support.ts'

// The file's process is its own. No test counts misses in this cache.
for (const name of Object.keys(process.env)) if (name.startsWith('RVR_')) delete process.env[name]
Object.assign(process.env, { NO_COLOR: '1', RVR_CC: quickCompiler, RVR_CACHE_DIR: inject('sharedCache') })

/** Sets variables, or removes those that are undefined, and tells what they were. */
function exchange(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const before = Object.fromEntries(Object.keys(variables).map(name => [name, process.env[name]]))
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  return before
}

/** What a process with these arguments would write, and its status. With an environment no other call may go on. */
export async function inProcess(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Result> {
  const written = { stdout: '', stderr: '' }
  const streamOf = (name: keyof typeof written) => ({
    write(text: string | Uint8Array): boolean {
      written[name] += typeof text === 'string' ? text : Buffer.from(text).toString()
      return true
    },
  })
  const { signal } = new AbortController()
  const shell = { stdout: streamOf('stdout'), stderr: streamOf('stderr'), signal }
  const before = exchange(environment)
  const status = await runCommand(args, shell).finally(() => exchange(before))
  // No stack trace.
  expect(written.stderr).not.toMatch(/^\s+at .+[:(]/m)
  return { status, ...written }
}
