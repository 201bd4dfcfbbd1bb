/** --trace-instructions of `rvr run`: a window of the run instruction by instruction, the rest at full speed. */
import type { Option } from 'commander'
import { RvrError } from '../../errors.ts'
import type { Guest } from '../../sdk/guest.ts'
import type { ResumeOptions } from '../../sdk/options.ts'
import type { Run } from '../../sdk/contract.ts'
import type { Shell } from '../shell.ts'
import { option, valued } from './declare.ts'
import { parseCount } from './values.ts'

export interface TraceOptions {
  readonly traceInstructions?: Window | true
  readonly traceFile?: string
}

/** `count` instructions behind the first `from` of the guest. */
export interface Window {
  readonly from: bigint
  readonly count: bigint
}

const DEFAULT_WINDOW: Window = { from: 0n, count: 1000n }
/** A line has about a hundred bytes. */
const MOST_TRACED = 10_000_000n
/** Instructions whose lines are written at once. */
const CHUNK = 4096n

/** `FROM,COUNT` or `FROM` @throws RvrError `USAGE`. */
export function parseWindow(text: string): Window {
  const [from = '', count, ...others] = text.split(',')
  if (!/^\d/.test(text) || others.length > 0) {
    throw new RvrError('USAGE', `${JSON.stringify(text)} is no window of instructions`, {
      hint: 'Write --trace-instructions=FROM,COUNT, or name the guest before --trace-instructions.',
    })
  }
  const window = { from: parseCount(from), count: count === undefined ? DEFAULT_WINDOW.count : parseCount(count) }
  if (window.count > MOST_TRACED) {
    throw new RvrError('USAGE', `${window.count} instructions are more than one trace has`, {
      hint: `The greatest number is ${MOST_TRACED}.`,
    })
  }
  return window
}

export function traceOptions(): Option[] {
  const window = `count of them behind the first from (default: ${DEFAULT_WINDOW.from},${DEFAULT_WINDOW.count})`
  const description = `list instructions with what they write on standard error: ${window}`
  return [
    valued('--trace-instructions [from,count]', description, parseWindow).conflicts(['check', 'stopAtSegment']),
    option('--trace-file <file>', 'where --trace-instructions writes instead'),
  ]
}

/** Limits of a run that is executed in parts. */
class Remaining {
  readonly #limits: ResumeOptions
  readonly #begun = performance.now()
  readonly #instret: bigint
  readonly #cost: bigint

  /** `instret` and `cost`: where the limits count from. */
  constructor(limits: ResumeOptions, instret: bigint, cost: bigint) {
    this.#limits = limits
    this.#instret = instret
    this.#cost = cost
  }

  /** What is left behind a part that ended at `run`, and of it no more than `most` instructions. */
  behind(run: Pick<Run, 'instret' | 'cost'>, most?: bigint): ResumeOptions {
    const { maxInstructions, maxCost, timeoutMs, signal, suspend } = this.#limits
    const left = maxInstructions === undefined ? undefined : BigInt(maxInstructions) - (run.instret - this.#instret)
    const instructions = most === undefined || (left !== undefined && left < most) ? left : most
    const costSince = (run.cost ?? 0n) - this.#cost
    const msSince = performance.now() - this.#begun
    return {
      maxInstructions: instructions,
      maxCost: maxCost === undefined ? undefined : BigInt(maxCost) - costSince,
      timeoutMs: timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - msSince),
      signal,
      suspend,
    }
  }
}

/** What a traced run needs beside its options. */
interface Surroundings {
  readonly guest: Guest
  /** Limits of the whole. */
  readonly limits: ResumeOptions
  /** Begins the run, or goes on with a saved one of which `done` has happened. */
  readonly start: (limits: ResumeOptions) => Promise<Run>
  readonly done: { readonly instret: bigint; readonly cost: bigint }
  readonly shell: Shell
}

/**
 * Executes a guest with the instructions of a window listed.
 *
 * @throws RvrError `IO` (the file cannot be written), and what `start` and `resume` reject with.
 */
export async function runTraced(options: TraceOptions, surroundings: Surroundings): Promise<Run> {
  const { traceInstructions = true, traceFile } = options
  const { shell } = surroundings
  const window = traceInstructions === true ? DEFAULT_WINDOW : traceInstructions
  if (traceFile === undefined) return listed(window, surroundings, async text => void shell.stderr.write(text))
  const { writeOutput } = await import('../../files/write.ts')
  let run: Run | undefined
  try {
    const write = async (put: Put): Promise<void> => {
      run = await listed(window, surroundings, put)
    }
    await writeOutput(traceFile, write, { signal: shell.signal })
  } catch (error) {
    run?.dispose()
    throw error
  }
  return run!
}

type Put = (text: string) => Promise<void>

async function listed({ from, count }: Window, { guest, limits, start, done }: Surroundings, put: Put): Promise<Run> {
  const { traceLine } = await import('../../report/run/trace.ts')
  const remaining = new Remaining(limits, done.instret, done.cost)
  let run = await start(remaining.behind(done, from > done.instret ? from - done.instret : 0n))
  const end = run.instret + count
  const isAtWindow = run.instret >= from
  try {
    while (isAtWindow && goesOn(run) && run.instret < end) {
      const left = end - run.instret
      const part = remaining.behind(run, left < CHUNK ? left : CHUNK)
      if (part.maxInstructions === 0n) return run
      const traced = await run.trace({ ...part, maxInstructions: part.maxInstructions! })
      await put(traced.steps.map(step => traceLine(guest.image, guest.abi, step)).join(''))
      run = traced.run
    }
    return goesOn(run) && isAtWindow ? await run.resume(remaining.behind(run)) : run
  } catch (error) {
    run.dispose()
    throw error
  }
}

/** Was the run stopped by the number of instructions of its part alone? */
const goesOn = (run: Run): boolean => run.outcome === 'suspended' && run.stopCause === 'instructions'
