/** What it takes to start: Node alone, what `rvr` answers by itself, and warm runs of a trivial guest; prints Markdown. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { smallestGuest } from './kernels.ts'
import { median } from './statistics.ts'
import { markdown } from './table.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 21)
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'rvr-bench-start-'))
const environment = { ...process.env, XDG_CACHE_HOME: work, TIMEFORMAT: '%3R %3U %3S', LC_ALL: 'C' }

interface Taken {
  readonly wallMs: number
  /** Of all threads, system time included. */
  readonly processorMs: number
}

/** bash measures: Node has no call for what a child took. */
function once(args: readonly string[]): Taken {
  const script = 'exec 3>&2; time "$@" >/dev/null 2>&3 </dev/null'
  const { stderr, status } = spawnSync('bash', ['-c', script, 'bash', process.execPath, ...args], {
    encoding: 'utf8',
    env: environment,
  })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with status ${status}: ${stderr}`)
  const [wall = NaN, user = NaN, system = NaN] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number)
  return { wallMs: wall * 1000, processorMs: (user + system) * 1000 }
}

const guest = [smallestGuest, '--abi', 'linux', '-q']
const starts: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['`node -e 0`', ['-e', '0']],
  ['`rvr --version`', [main, '--version']],
  ['`rvr --help`', [main, '--help']],
  ['`rvr run --help`', [main, 'run', '--help']],
  ['`rvr run`, warm', [main, 'run', ...guest]],
  ['`rvr cost`, warm', [main, 'cost', ...guest]],
]

try {
  for (const mode of ['pure', 'metered']) once([main, 'compile', ...guest, '--mode', mode])
  // What a compile left of compiled code is not what runs leave.
  rmSync(join(work, 'rvr/v8'), { recursive: true, force: true })
  for (const [, args] of starts.toReversed()) for (let warm = 0; warm < 2; warm++) once(args)
  const taken = starts.map((): Taken[] => [])
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, [, args]] of starts.entries()) taken[index]!.push(once(args))

  const least = (times: readonly Taken[], of: keyof Taken): number => Math.min(...times.map(time => time[of]))
  const middle = (times: readonly Taken[], of: keyof Taken): number => median(times.map(time => time[of]))
  const ratio = (times: readonly Taken[], of: keyof Taken): string =>
    (least(times, of) / least(taken[0]!, of)).toFixed(1)
  const rows = starts.map(([name], index) => {
    const times = taken[index]!
    const both = (of: keyof Taken): string[] => [
      least(times, of).toFixed(0),
      middle(times, of).toFixed(0),
      ratio(times, of),
    ]
    return [name, ...both('wallMs'), ...both('processorMs')]
  })
  console.log(markdown(['', 'wall ms', 'median', 'to Node', 'processor ms', 'median', 'to Node'], rows))
  console.log(
    `\nLeast and median of ${ROUNDS}, in turns; ratios of the least. ${cpus()[0]?.model}, Node ${process.version}`,
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
