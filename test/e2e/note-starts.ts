/** Preloaded into a process under test: every program that it starts is noted as a line of the file RVR_TEST_STARTS. */
import childProcess from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

type Spawn = (options: { file?: unknown }) => unknown
const note = (file: unknown): void => appendFileSync(process.env['RVR_TEST_STARTS']!, `${String(file)}\n`)

// All that run beside this process come through here.
const prototype = childProcess.ChildProcess.prototype as unknown as { spawn: Spawn }
const spawn = prototype.spawn
prototype.spawn = function (options) {
  note(options.file)
  return spawn.call(this, options)
}
// Those that are waited for do not.
for (const name of ['spawnSync', 'execSync', 'execFileSync'] as const) {
  const original = childProcess[name] as (...args: unknown[]) => unknown
  Object.assign(childProcess, {
    [name]: (...args: unknown[]) => {
      note(args[0])
      return original(...args)
    },
  })
}
syncBuiltinESMExports()
