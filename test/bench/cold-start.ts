/** How long `rvr run` takes from the start of its process to the guest's first instructions, where nothing is in the cache. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COLD_LETTER, coldGuest } from './cold-guest.ts'
import { median } from './statistics.ts'

export interface ColdStart {
  readonly elfBytes: number
  /**
   * Milliseconds to the first text of the guest, which its first seven instructions print, as another process reads it.
   */
  readonly auto: { readonly medianMs: number; readonly leastMs: number }
  readonly interp: { readonly medianMs: number; readonly leastMs: number }
}

/** Undefined where rvr is not built. */
export async function measureColdStart(cc: string, work: string, rounds: number): Promise<ColdStart | undefined> {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
  if (!existsSync(main)) return undefined
  const elf = coldGuest()
  const file = join(work, 'cold.elf')
  writeFileSync(file, elf)
  const times = { auto: [] as number[], interp: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const tier of ['auto', 'interp'] as const) {
      // A store without an entry, and no memory of what the compiler is.
      const cache = mkdtempSync(join(work, 'cold-'))
      times[tier].push(
        await firstText([main, 'run', file, '--abi', 'linux', '--tier', tier, '--cache-dir', cache, '-q'], {
          ...process.env,
          RVR_CC: cc,
        }),
      )
      rmSync(cache, { recursive: true, force: true })
    }
  }
  const summary = (list: readonly number[]): ColdStart['auto'] => ({
    medianMs: median(list),
    leastMs: Math.min(...list),
  })
  return { elfBytes: elf.length, auto: summary(times.auto), interp: summary(times.interp) }
}

async function firstText(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const begin = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env })
  const ended = new Promise(resolve => child.on('close', resolve))
  let text = ''
  const ms = await new Promise<number>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.includes(COLD_LETTER)) resolve(performance.now() - begin)
    })
    child.on('error', reject)
    void ended.then(() => reject(new Error(`the guest did not print: ${text}`)))
  })
  child.kill('SIGINT')
  await ended
  return ms
}

export function coldStartText({ elfBytes, auto, interp }: ColdStart): string {
  const times = ({ medianMs, leastMs }: ColdStart['auto']): string =>
    `${medianMs.toFixed(0)} ms (least ${leastMs.toFixed(0)})`
  return `First instruction of a guest of ${(elfBytes / 1e6).toFixed(1)} MB that is not in the cache, from the start of the process: ${times(auto)}; with --tier interp ${times(interp)}.`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const work = mkdtempSync(join(tmpdir(), 'rvr-cold-start-'))
  try {
    const cold = await measureColdStart(process.env['RVR_CC'] ?? 'gcc', work, Number(process.argv[2] ?? 9))
    console.log(cold === undefined ? 'dist/ is not built' : coldStartText(cold))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
