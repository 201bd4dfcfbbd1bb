/** Runs a small program of the toolchain for its output. */
import { spawn } from 'node:child_process'

export interface Captured {
  /** Exit status; -1 when the program could not be started or was ended by a signal. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Longest time that a probe may take, in milliseconds. */
const PROBE_TIMEOUT_MS = 30_000

/** Runs `file` with exactly `environment`; never rejects. */
export function capture(file: string, args: readonly string[], environment: Record<string, string>): Promise<Captured> {
  return new Promise(resolve => {
    const child = spawn(file, args, { env: environment, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], timeout: PROBE_TIMEOUT_MS, killSignal: 'SIGKILL' })
    let stdout = '', stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
    child.on('error', error => resolve({ status: -1, stdout, stderr: `${stderr}${error.message}\n` }))
    child.on('close', status => resolve({ status: status ?? -1, stdout, stderr }))
  })
}
