/** What Plonky3 takes for the system "2^18 × 63" of systems.ts, or of as many rows, on one thread: ../plonky3, which cargo builds. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** The program, which takes minutes to build the first time; undefined where there is no cargo or it cannot be built. */
export function buildPlonky3(): string | undefined {
  const directory = path('../../../build/bench-plonky3')
  const manifest = ['--manifest-path', path('../plonky3/Cargo.toml'), '--target-dir', directory]
  const env = { ...process.env, RUSTFLAGS: '-C target-cpu=native' }
  const { status } = spawnSync('cargo', ['build', '--release', '--quiet', '--locked', ...manifest], { env })
  return status === 0 ? `${directory}/release/plonky3-bench` : undefined
}

/** Least processor seconds of a proof. */
export function plonky3Seconds(
  program: string,
  work: { readonly logRows: number; readonly logBlowUp: number; readonly queries: number; readonly runs: number },
): number {
  const numbers = [work.logRows, work.logBlowUp, work.queries, work.runs].map(String)
  const { status, stdout, stderr } = spawnSync(program, numbers, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${numbers.join(' ')}: ${stderr}`)
  return (JSON.parse(stdout) as { cpuSeconds: number }).cpuSeconds
}
