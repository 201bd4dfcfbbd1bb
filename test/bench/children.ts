/** Processor time and memory of ended child processes and their children: compilers that make started. Node has no call for it. */
import koffi from 'koffi'

export interface ChildrenUsage {
  readonly userMs: number
  /** Resident memory of the largest one so far. */
  readonly peakBytes: number
}

const RUSAGE_CHILDREN = -1
/** struct rusage on 64-bit Linux: ru_utime and ru_stime, two 64-bit words each, then ru_maxrss in KiB. */
const WORDS = 18
const MAXRSS = 4
const getrusage = koffi.load('libc.so.6').func('int getrusage(int who, _Out_ int64_t *usage)') as (
  who: number,
  usage: BigInt64Array,
) => number

export function childrenUsage(): ChildrenUsage {
  const usage = new BigInt64Array(WORDS)
  if (getrusage(RUSAGE_CHILDREN, usage) !== 0) throw new Error('getrusage failed')
  return { userMs: Number(usage[0]) * 1000 + Number(usage[1]) / 1000, peakBytes: Number(usage[MAXRSS]) * 1024 }
}
