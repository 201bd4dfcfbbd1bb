/** Finds the instructions within which native code goes wrong, by running both engines to points in between. */
import { RvrError } from '../../errors.ts'
import type { GuestAbi } from '../../extensions/abi.ts'
import { ownExtensions } from '../../extensions/compose.ts'
import { registerNames } from '../../isa/registers.ts'
import type { ExecuteOptions } from '../options.ts'
import type { Run } from '../contract.ts'
import type { Checked } from './checked.ts'
import { difference, type Difference } from './difference.ts'
import { placeOf } from './place.ts'

/**
 * Whose fault a difference outside of all compared calls is. C that is not rvr's own may do anything: no report says
 * that rvr is to blame where it runs.
 */
export function blame(abi: GuestAbi): string {
  const calling = ownExtensions(abi).filter(({ rows }) => rows.some(({ kind }) => kind === 'call'))
  const names = calling.map(({ name }) => name)
  if (names.length === 0) return 'This is a defect in rvr; please report it with the guest.'
  return (
    `Every call of ${names.join(', ')} did what its reference semantics do. ` +
    'C that keeps state between calls or writes elsewhere would still do this: ' +
    'check that first, then report it with the guest.'
  )
}

/** A limit that hides the difference, one that shows it, and what was seen there. */
interface Bounds {
  readonly agreed: bigint
  readonly known: bigint
  readonly found: Difference
}

/** What both engines are like under a limit. */
interface Probe {
  readonly found: Difference | undefined
  /** Instructions at which native code handed back for the last time; the interpreter executed those behind it. */
  readonly nativeUntil: bigint
}

export async function locate(checked: Checked, options: ExecuteOptions, bounds: Bounds): Promise<RvrError> {
  const { image, abi, artifact } = checked
  const { agreed, known, found } = bounds
  const reference = artifact.reference(false)
  const limited = (maxInstructions: bigint): ExecuteOptions => ({
    ...options,
    timeoutMs: undefined,
    onPrint: () => {},
    maxInstructions,
  })
  const probe = async (count: bigint): Promise<Probe> => {
    using native = await artifact.execute(limited(count))
    using expected = await reference.execute(limited(count))
    return { found: difference(native, expected), nativeUntil: native.nativeUntil ?? 0n }
  }
  let good = agreed
  let bad = known
  let before = await probe(agreed)
  let behind: Probe = { found, nativeUntil: known }
  while (bad - good > 1n) {
    const middle = (good + bad) / 2n
    const result = await probe(middle)
    if (result.found === undefined) [good, before] = [middle, result]
    else [bad, behind] = [middle, result]
  }
  // Between these two native code did what it did not do under a limit that is one instruction less.
  const from = before.nativeUntil
  const what = behind.found ?? found
  using start = await reference.execute(limited(from))
  const { until, writer } = await lastWriter(start, what.register, behind.nativeUntil)
  const range = `instructions ${from + 1n} to ${until}, which begin at ${placeOf(image, abi, start.pc)}`
  const message = `native code and the interpreter differ after ${range}: ${what.text}`
  const at = writer ?? { pc: start.pc, instret: until }
  const register = registerNames[what.register ?? 0]!
  const place = placeOf(image, abi, at.pc)
  const last = `; the interpreter last writes ${register} at instruction ${at.instret}, ${place}`
  return new RvrError('CHECK_DIVERGED', writer === undefined ? message : `${message}${last}`, {
    hint: blame(abi),
    details: { ...at, from: from + 1n, until, difference: what.text },
  })
}

interface LastWriter {
  /** Where the way ended. */
  readonly until: bigint
  /** `instret` is the number of the instruction, from 1 on. */
  readonly writer: { readonly pc: number; readonly instret: bigint } | undefined
}

/** The instruction that writes a register last on the way from `start` to `until`, or to the guest's end. */
async function lastWriter(start: Run, register: number | undefined, until: bigint): Promise<LastWriter> {
  const CHUNK = 10_000n
  let current = start
  let writer: LastWriter['writer']
  while (current.outcome === 'suspended' && current.stopCause === 'instructions' && current.instret < until) {
    const before = current.instret
    const left = until - before
    const { run, steps } = await current.trace({ maxInstructions: left < CHUNK ? left : CHUNK })
    const index = steps.findLastIndex(({ registers }) => registers.some(([written]) => written === register))
    if (index >= 0) writer = { pc: steps[index]!.pc, instret: before + BigInt(index) + 1n }
    current = run
  }
  return { until: current.instret, writer }
}
