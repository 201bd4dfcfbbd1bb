/** Lockstep checking: native code and the interpreter are compared stretch by stretch and call by call. */
import { hexText } from '../hex.ts'
import { RvrError } from '../errors.ts'
import { callError } from './check/call-error.ts'
import type { Checked } from './check/checked.ts'
import { difference, firstDifferentByte } from './check/difference.ts'
import { blame, locate } from './check/locate.ts'
import { checkReadOnly } from './directories.ts'
import type { ExecuteOptions, RunLimits } from './options.ts'
import type { Run } from './contract.ts'

/** Instructions between two comparisons. */
const STRETCH = 100_000n

export interface CheckReport {
  /** Instructions on which both engines agreed. */
  readonly instructions: bigint
  /** The native run at its end. */
  readonly run: Run
}

/**
 * Runs the artifact and the interpreter side by side to the guest's end and compares registers, pc, counts and public
 * values after every 100,000 instructions, the C of every call of an extension with its reference semantics, and memory
 * at the end. A stopped run goes on in other compiled code than one that is
 * never stopped, so native code then runs once more in one piece and has to end in the same state.
 *
 * @throws RvrError `CHECK_DIVERGED` naming the call whose C is wrong, or the instructions within which native code goes
 *   wrong; `USAGE` (there is no native code).
 */
export async function checkRun(checked: Checked, options: ExecuteOptions = {}): Promise<CheckReport> {
  const { artifact } = checked
  checkReadOnly(options.directories, 'a check executes the guest several times')
  const reference = artifact.reference(true)
  const deadline = options.timeoutMs === undefined ? Infinity : performance.now() + options.timeoutMs
  const limits = { ...options, ...nextStretch(options), onPrint: () => {} }
  const lane: { expected?: Run; native?: Run } = {}
  try {
    // First: it stops in front of a call that native code would get wrong.
    lane.expected = checkedCalls(checked, await reference.execute(limits))
    const printing = options.onPrint === undefined ? limits : { ...limits, onPrint: options.onPrint }
    let native = (lane.native = await artifact.execute(printing))
    for (let agreed = 0n; ; agreed += STRETCH) {
      const found = difference(native, lane.expected)
      if (found !== undefined) throw await locate(checked, options, { agreed, known: agreed + STRETCH, found })
      const limited = options.maxInstructions !== undefined && native.instret >= BigInt(options.maxInstructions)
      if (native.outcome !== 'suspended' || native.stopCause !== 'instructions' || limited) break
      if (performance.now() >= deadline) {
        native = lane.native = await native.resume({ timeoutMs: 0 })
        break
      }
      const next = nextStretch(options, native)
      lane.expected = checkedCalls(checked, await lane.expected.resume(next))
      native = lane.native = await native.resume(next)
    }
    checkMemory(checked, native, lane.expected)
    await checkWhole(checked, options, lane.expected)
    return { instructions: native.instret, run: native }
  } catch (error) {
    lane.native?.dispose()
    throw error
  } finally {
    lane.expected?.dispose()
  }
}

/** @throws RvrError `CHECK_DIVERGED` at a call whose C is wrong; the run, which stands in front of it, is disposed. */
function checkedCalls({ image, abi }: Checked, expected: Run): Run {
  const { callDifference, instret } = expected
  if (callDifference === undefined) return expected
  expected.dispose()
  throw callError({ image, abi }, callDifference, instret)
}

/** @throws RvrError `CHECK_DIVERGED` */
function checkMemory({ image, abi }: Checked, native: Run, expected: Run): void {
  const at = firstDifferentByte(native.memory.bytes, expected.memory.bytes)
  if (at === undefined) return
  const address = image.memory.base + at
  const byte = (run: Run): string => hexText(run.memory.bytes[at]!)
  const what = `memory at ${hexText(address)} is ${byte(native)}, expected ${byte(expected)}`
  const message = `native code and the interpreter agree in registers after ${native.instret} instructions, but ${what}`
  throw new RvrError('CHECK_DIVERGED', message, {
    hint: blame(abi),
    details: { address, instret: native.instret },
  })
}

/** One uninterrupted native run against the state that the interpreter ended in. */
async function checkWhole(checked: Checked, options: ExecuteOptions, expected: Run): Promise<void> {
  // A guest that was stopped by its deadline is compared as far as it came.
  const isPart = expected.outcome === 'suspended' && options.maxCost === undefined
  const limits = isPart ? { ...options, maxInstructions: expected.instret } : options
  using whole = await checked.artifact.execute({ ...limits, timeoutMs: undefined, onPrint: () => {} })
  const found = difference(whole, expected)
  if (found === undefined) return
  // Near a limit the interpreter executes what is left, so only one that lies behind the guest's end hides nothing.
  throw await locate(checked, options, { agreed: 0n, known: expected.instret + STRETCH, found })
}

/** Limits behind `done`. Deadlines would stop the engines at different places: they are looked at between stretches. */
function nextStretch(options: ExecuteOptions, done?: Run): RunLimits {
  const { maxInstructions, maxCost, signal } = options
  const rest = maxInstructions === undefined ? STRETCH : BigInt(maxInstructions) - (done?.instret ?? 0n)
  return {
    maxInstructions: rest < STRETCH ? rest : STRETCH,
    timeoutMs: undefined,
    signal,
    maxCost: maxCost === undefined ? undefined : BigInt(maxCost) - (done?.cost ?? 0n),
  }
}
