/** Program of the fault tests: goes through all scenarios, lets each call of the file system fail in turn, and prints what it did. Arguments: directory, `all` or `some`; or directory, scenario, call at which this process is killed. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Fault, withFault } from './injection.ts'
import { checkStore, scenarios } from './scenarios.ts'

const [directory = '', which = '', killedAt] = process.argv.slice(2)
const CODES = ['EIO', 'ENOSPC', 'EACCES', 'EROFS', 'EMFILE', 'EDQUOT', 'ENOMEM']
const SHORTAGES = new Set(['EMFILE', 'ENOMEM'])
const faults: Fault[] = [...CODES.map(code => ({ kind: 'error', code }) as const), { kind: 'crash' }, { kind: 'torn' }]

const openFiles = (): number => readdirSync('/proc/self/fd').length
const problems: string[] = []
let rounds = 0
const steps: Record<string, number> = {}

if (killedAt !== undefined) {
  await scenarios[which]!.prepare(directory)
  await withFault(Number(killedAt), { kind: 'kill' }, () => scenarios[which]!.work(directory))
  process.exit(0)
}

for (const [name, { prepare, work, mayReject, keeps }] of Object.entries(scenarios)) {
  const round = async (at: number, fault: Fault): Promise<readonly string[]> => {
    const own = join(directory, String(rounds++))
    mkdirSync(own, { mode: 0o700 })
    await prepare(own)
    const before = openFiles()
    const { error, calls } = await withFault(at, fault, () => work(own))
    const where = `${name}, call ${at} (${calls[at - 1]}), ${fault.kind === 'error' ? fault.code : fault.kind}`
    const ended = fault.kind === 'crash' || fault.kind === 'torn'
    if (error !== undefined && !ended && mayReject !== true) problems.push(`${where}: ${(error as Error).message}`)
    if (!ended && openFiles() > before) problems.push(`${where}: ${openFiles() - before} files stay open`)
    // A fault while clearing up leaves something until the next sweep.
    await checkStore(
      own,
      ended || calls[at - 1] === 'rm' ? 1 : 0,
      fault.kind !== 'error' || SHORTAGES.has(fault.code) ? keeps : undefined,
    ).catch((reason: unknown) => problems.push(`${where}: afterwards: ${(reason as Error).stack}`))
    rmSync(own, { recursive: true, force: true })
    return calls
  }
  await round(Infinity, { kind: 'crash' }) // loads what is loaded when it is needed
  const { length } = await round(Infinity, { kind: 'crash' })
  steps[name] = length
  for (let at = 1; at <= length; at++) {
    // A part: publishing ends at every call, elsewhere every eighth call fails in one way.
    const some =
      name === 'publishing' ? [faults.at(-1 - (at % 2))!] : at % 8 === 0 ? [faults[(at / 8) % faults.length]!] : []
    const chosen = which === 'all' ? faults : some
    for (const fault of chosen) await round(at, fault)
  }
}
process.stdout.write(`${JSON.stringify({ rounds, steps, problems })}\n`)
