/** How long one waits for an answer about a guest that is in no cache: wall time from the start of the process. */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from '../statistics.ts'
import { coldGuest, FIRST_LETTER } from './guest.ts'

export const commands = ['run', 'cost'] as const
export type Command = (typeof commands)[number]

export interface Wait {
  readonly command: Command
  /** Of the guest, about. */
  readonly instructions: number
  /** Was the native interpreter there? */
  readonly isPrepared: boolean
  /** Milliseconds to the guest's first text, which its first five instructions print. */
  readonly firstMs: readonly number[]
  /** Milliseconds to the report. */
  readonly resultMs: readonly number[]
}

export interface WaitsChoice {
  readonly cc: string
  readonly work: string
  /** A store that has the native interpreters, and nothing of any guest. */
  readonly prepared: string
  /** Powers of ten: instructions with the native interpreter, and without. */
  readonly exponents: { readonly prepared: readonly number[]; readonly empty: readonly number[] }
  readonly rounds: { readonly prepared: number; readonly empty: number }
}

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

export async function measureWaits({ cc, work, prepared, exponents, rounds }: WaitsChoice): Promise<Wait[]> {
  const waits: Wait[] = []
  for (const isPrepared of [true, false]) {
    const kind = isPrepared ? 'prepared' : 'empty'
    const cases = exponents[kind].flatMap(exponent =>
      commands.map(command => ({ command, exponent, firstMs: [] as number[], resultMs: [] as number[] })),
    )
    for (let round = 0; round < rounds[kind]; round++) {
      for (const { command, exponent, firstMs, resultMs } of cases) {
        const guest = join(work, `cold-1e${exponent}.elf`)
        writeFileSync(guest, coldGuest(10 ** exponent))
        const store = mkdtempSync(join(work, 'store-'))
        if (isPrepared) cpSync(prepared, store, { recursive: true })
        const taken = await once([command, guest, '--abi', 'linux', '--cache-dir', store, '--json'], cc)
        firstMs.push(taken.firstMs)
        resultMs.push(taken.resultMs)
        rmSync(store, { recursive: true, force: true })
      }
    }
    for (const { command, exponent, firstMs, resultMs } of cases)
      waits.push({ command, instructions: 10 ** exponent, isPrepared, firstMs, resultMs })
  }
  return waits
}

/** What is made for the next guest behind the report is ended: nobody waits for it. */
async function once(args: readonly string[], cc: string): Promise<{ firstMs: number; resultMs: number }> {
  const begin = performance.now()
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, RVR_CC: cc },
  })
  const times = { firstMs: NaN, resultMs: NaN }
  const text = { stdout: '', stderr: '' }
  const ended = new Promise<void>(resolve => child.on('close', () => resolve()))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk
    if (Number.isNaN(times.firstMs) && text.stderr.includes(FIRST_LETTER)) times.firstMs = performance.now() - begin
  })
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.stdout += chunk
    if (!text.stdout.endsWith('}\n')) return
    times.resultMs = performance.now() - begin
    child.kill('SIGINT')
  })
  await ended
  if (Number.isNaN(times.firstMs + times.resultMs)) throw new Error(`${args.join(' ')}: ${text.stderr}${text.stdout}`)
  return times
}

export const waitOf = (
  waits: readonly Wait[],
  { command, instructions, isPrepared }: Pick<Wait, 'command' | 'instructions' | 'isPrepared'>,
): Wait | undefined =>
  waits.find(wait => wait.command === command && wait.instructions === instructions && wait.isPrepared === isPrepared)

/** Median milliseconds from the start of `rvr run` to the first text, native interpreter ready. */
export const firstTextMs = (waits: readonly Wait[]): number =>
  median(waits.filter(({ command, isPrepared }) => command === 'run' && isPrepared).flatMap(({ firstMs }) => firstMs))
