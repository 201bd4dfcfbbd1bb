/** Makes the n-th call of the file system fail, or ends the process there: for Node's own modules, so whatever calls them is meant. */
import { createRequire, syncBuiltinESMExports } from 'node:module'

export type Fault =
  /** That call alone fails with this code. */
  | { readonly kind: 'error'; readonly code: string }
  /** That call and all after it do nothing and throw: what is on the disk is what a killed process leaves. */
  | { readonly kind: 'crash' }
  /** As `crash`, but a call that writes contents writes half of them first. */
  | { readonly kind: 'torn' }
  /** The process is killed. */
  | { readonly kind: 'kill' }

const SYNC = [
  'accessSync',
  'fstatSync',
  'futimesSync',
  'lstatSync',
  'lutimesSync',
  'mkdirSync',
  'openSync',
  'readFileSync',
  'readSync',
  'readdirSync',
  'readlinkSync',
  'renameSync',
  'rmSync',
  'statSync',
  'writeFileSync',
  'writeSync',
]
const ASYNC = ['chmod', 'copyFile', 'mkdir', 'open', 'readFile', 'readdir', 'rename', 'rm', 'stat', 'writeFile']

type Call = (...args: unknown[]) => unknown

let armed: { at: number; fault: Fault } | undefined
let calls = 0
let names: string[] = []

/** Writes the first half of what a call would write. */
function tear(name: string, call: Call, args: unknown[]): unknown {
  const half = (text: unknown): unknown => (typeof text === 'string' ? text.slice(0, text.length >> 1) : text)
  if (name === 'writeFile' || name === 'writeFileSync' || name === 'writeSync')
    return call(args[0], half(args[1]), ...args.slice(2))
  return undefined
}

/** What has to happen in place of a call; undefined when it is to go on. */
function decide(name: string, call: Call, args: unknown[]): (() => unknown) | undefined {
  if (armed === undefined) return undefined
  calls++
  names.push(name)
  const { at, fault } = armed
  if (calls < at || (fault.kind === 'error' && calls > at)) return undefined
  if (fault.kind === 'kill') process.kill(process.pid, 'SIGKILL')
  const code = fault.kind === 'error' ? fault.code : 'EIO'
  const error = Object.assign(new Error(`${code}: injected, ${name}`), { code, syscall: name })
  return () => {
    if (fault.kind !== 'torn' || calls > at) throw error
    const torn = tear(name, call, args)
    if (torn instanceof Promise)
      return torn.then(() => {
        throw error
      })
    throw error
  }
}

const require = createRequire(import.meta.url)
const sync = require('node:fs') as Record<string, Call>
const promises = require('node:fs/promises') as Record<string, Call>

for (const name of SYNC) {
  const call = sync[name]!
  sync[name] = Object.assign((...args: unknown[]) => {
    const instead = decide(name, call, args)
    return instead === undefined ? call(...args) : instead()
  }, call)
}
for (const name of ASYNC) {
  const call = promises[name]!
  promises[name] = async (...args: unknown[]) => {
    const instead = decide(name, call, args)
    if (instead !== undefined) return instead()
    const result = await call(...args)
    if (name === 'open') guardSync(result as { sync: Call })
    return result
  }
}
syncBuiltinESMExports()

/** Flushing can fail, too: that is where a disk says that it is full or broken. */
function guardSync(handle: { sync: Call }): void {
  const flush = handle.sync.bind(handle)
  handle.sync = async () => {
    const instead = decide('sync', flush, [])
    return instead === undefined ? flush() : instead()
  }
}

/** Does `work` with a fault at call number `at`; Infinity only counts. How it ended, and which calls there were. */
export async function withFault<T>(
  at: number,
  fault: Fault,
  work: () => Promise<T>,
): Promise<{ result?: T; error?: unknown; calls: readonly string[] }> {
  calls = 0
  names = []
  armed = { at, fault }
  try {
    const result = await work()
    return { result, calls: names }
  } catch (error) {
    return { error, calls: names }
  } finally {
    armed = undefined
  }
}
