/** What /proc/cpuinfo says about the host, read without executing any special instruction. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export interface CpuInfo {
  /** Feature names as the kernel prints them (`avx2`, `sha_ni`, `asimddp` …) that every CPU of the host has. */
  readonly features: ReadonlySet<string>
  /**
   * SHA-256 over everything that tells one CPU model from another: when it changes, `-march=native` may mean something
   * else.
   */
  readonly identity: string
}

/**
 * Lines that identify a CPU model: x86-64 names in the first row, arm64 names in the second. Clock rates and counts
 * change while a host runs.
 */
const IDENTIFYING = new Set([
  'vendor_id',
  'cpu family',
  'model',
  'model name',
  'stepping',
  'flags',
  'cache size',
  'CPU implementer',
  'CPU architecture',
  'CPU variant',
  'CPU part',
  'CPU revision',
  'Features',
])

/** Reads the text of /proc/cpuinfo. */
export function parseCpuInfo(text: string): CpuInfo {
  const lines = new Set<string>()
  let features: Set<string> | undefined
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const name = line.slice(0, colon).trim()
    if (!IDENTIFYING.has(name)) continue
    const known = lines.size
    lines.add(line)
    if ((name !== 'flags' && name !== 'Features') || lines.size === known) continue
    const own: string[] = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .filter(word => word !== '')
    const before = features
    features = new Set(before === undefined ? own : own.filter(word => before.has(word)))
  }
  return {
    features: features ?? new Set(),
    identity: createHash('sha256')
      .update([...lines].toSorted().join('\n'))
      .digest('hex'),
  }
}

let last: { readonly text: string; readonly info: CpuInfo } | undefined

/** The text without what changes from one look to the next. */
const withoutClockRates = (text: string): string => text.replaceAll(/^(cpu MHz|BogoMIPS|bogomips)\b.*$/gm, '')

/** The host's CPU; undefined where the kernel offers no /proc/cpuinfo. */
export function hostCpu(file = '/proc/cpuinfo'): CpuInfo | undefined {
  try {
    const text = withoutClockRates(readFileSync(file, 'utf8'))
    if (last?.text !== text) last = { text, info: parseCpuInfo(text) }
    return last.info
  } catch {
    return undefined
  }
}
