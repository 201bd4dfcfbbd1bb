/** Lockstep checking: native code and the reference interpreter run the same guest and are compared after every stretch. */
import { symbolAt } from '../elf/symbols.ts'
import { RvrError } from '../errors.ts'
import { disassemble } from '../isa/disassemble.ts'
import { registerNames } from '../isa/registers.ts'
import { decoderFor } from '../extensions/registry.ts'
import { instructionWord } from '../interp/slots.ts'
import type { Artifact } from './artifact.ts'
import type { Guest } from './guest.ts'
import type { ExecuteOptions, RunLimits } from './options.ts'
import type { Run } from './run.ts'

/** Instructions between two comparisons. */
const STRETCH = 100_000n

export interface CheckReport {
  /** Instructions on which both engines agreed. */
  readonly instructions: bigint
  /** The native run at its end. */
  readonly run: Run
}

/**
 * Runs `artifact` and the interpreter side by side to the guest's end and compares registers, pc, counts and public values after every
 * 100,000 instructions, and memory at the end. A stopped run goes on in other compiled code than one that is never stopped, so native code
 * then runs once more in one piece and has to end in the same state.
 *
 * @throws RvrError `CHECK_DIVERGED` naming the first instruction after which a register differs.
 */
export async function checkRun(guest: Guest, artifact: Artifact, options: ExecuteOptions = {}): Promise<CheckReport> {
  const deadline = options.timeoutMs === undefined ? Infinity : performance.now() + options.timeoutMs
  const limits = { ...options, ...nextStretch(options), onPrint: () => {} }
  let native = await artifact.execute({ ...limits, ...(options.onPrint && { onPrint: options.onPrint }) })
  let expected: Run | undefined
  try {
    expected = await guest.interpret(artifact.mode).execute(limits)
    for (let agreed = 0n; ; agreed += STRETCH) {
      const found = difference(native, expected)
      if (found !== undefined) throw await locate(guest, artifact, options, agreed, found)
      const limited = options.maxInstructions !== undefined && native.instret >= BigInt(options.maxInstructions)
      if (native.outcome !== 'suspended' || native.stopCause !== 'instructions' || limited) break
      if (performance.now() >= deadline) {
        native = await native.resume({ timeoutMs: 0 })
        break
      }
      native = await native.resume(nextStretch(options, native))
      expected = await expected.resume(nextStretch(options, expected))
    }
    const at = firstDifferentByte(native.memory.bytes, expected.memory.bytes)
    if (at !== undefined) {
      throw new RvrError('CHECK_DIVERGED', `native code and the interpreter left different bytes in memory at 0x${at.toString(16)}`, { hint: 'This is a defect in rvr; please report it with the guest.', details: { address: at } })
    }
    await checkWhole(guest, artifact, options, expected)
  } catch (error) {
    native.dispose()
    throw error
  } finally {
    expected?.dispose()
  }
  return { instructions: native.instret, run: native }
}

/** One uninterrupted native run against the state that the interpreter ended in. */
async function checkWhole(guest: Guest, artifact: Artifact, options: ExecuteOptions, expected: Run): Promise<void> {
  // A guest that was stopped by its deadline is compared as far as it came.
  const limits = expected.outcome === 'suspended' && options.maxCost === undefined ? { ...options, maxInstructions: expected.instret } : options
  using whole = await artifact.execute({ ...limits, timeoutMs: undefined, onPrint: () => {} })
  const found = difference(whole, expected)
  if (found !== undefined) throw await locate(guest, artifact, options, 0n, found, expected.instret + 1n)
}

/** Limits of the stretch behind `done`. A deadline would stop the engines at different places, so it is looked at between stretches. */
function nextStretch(options: ExecuteOptions, done?: Run): RunLimits {
  const { maxInstructions, maxCost, signal } = options
  const rest = maxInstructions === undefined ? STRETCH : BigInt(maxInstructions) - (done?.instret ?? 0n)
  return {
    maxInstructions: rest < STRETCH ? rest : STRETCH, timeoutMs: undefined, signal,
    maxCost: maxCost === undefined ? undefined : BigInt(maxCost) - (done?.cost ?? 0n),
  }
}

/** What differs between two runs that should be in the same state, in words; undefined where nothing does. */
function difference(native: Run, expected: Run): { text: string; register?: number } | undefined {
  const register = native.registers.findIndex((value, index) => value !== expected.registers[index])
  if (register >= 0) return { register, text: `${registerNames[register]!} is 0x${native.registers[register]!.toString(16)}, expected 0x${expected.registers[register]!.toString(16)}` }
  const facts = (run: Run): Record<string, unknown> => ({
    pc: run.pc, outcome: run.outcome, instret: run.instret, cost: run.cost, exitCode: run.exitCode, trap: run.trap && `${run.trap.kind} at ${run.trap.pc}`, publicValues: Buffer.from(run.publicValues).toString('hex'),
  })
  const a = facts(native), b = facts(expected)
  const name = Object.keys(a).find(key => a[key] !== b[key])
  return name === undefined ? differentHeights(native, expected) : { text: `${name} is ${String(a[name])}, expected ${String(b[name])}` }
}

/** The first segment, or height of the open segment, that differs. */
function differentHeights(native: Run, expected: Run): { text: string } | undefined {
  const all = (run: Run): string[] => [...run.segments, ...(run.openSegment === undefined ? [] : [run.openSegment])].map(segment => JSON.stringify(segment))
  const a = all(native), b = all(expected)
  const at = a.findIndex((segment, index) => segment !== b[index])
  return at < 0 && a.length === b.length ? undefined : { text: `segment ${Math.max(at, 0)} is ${a[Math.max(at, 0)]}, expected ${b[Math.max(at, 0)]}` }
}

function firstDifferentByte(a: Uint8Array, b: Uint8Array): number | undefined {
  const CHUNK = 1 << 20
  for (let at = 0; at < a.length; at += CHUNK) {
    const left = a.subarray(at, at + CHUNK), right = b.subarray(at, at + CHUNK)
    if (Buffer.compare(left, right) !== 0) return at + left.findIndex((byte, index) => byte !== right[index])
  }
  return undefined
}

/** Narrows a divergence inside the stretch behind `agreed` to one instruction, by running both engines to points in between. */
async function locate(guest: Guest, artifact: Artifact, options: ExecuteOptions, agreed: bigint, found: { text: string }, known = agreed + STRETCH): Promise<RvrError> {
  const reference = guest.interpret(artifact.mode)
  const at = async (count: bigint): Promise<{ text: string; register?: number } | undefined> => {
    const limits = { ...options, timeoutMs: undefined, onPrint: () => {}, maxInstructions: count }
    const native = await artifact.execute(limits), expected = await reference.execute(limits)
    const result = difference(native, expected)
    native.dispose()
    expected.dispose()
    return result
  }
  let good = agreed, bad = known, last: { text: string; register?: number } = found
  while (bad - good > 1n) {
    const middle = (good + bad) / 2n
    const result = await at(middle)
    if (result === undefined) good = middle
    else {
      bad = middle
      last = result
    }
  }
  const where = await reference.execute({ ...options, timeoutMs: undefined, onPrint: () => {}, maxInstructions: good })
  const { pc } = where
  where.dispose()
  const word = instructionWord(guest.image, pc)
  const instr = word === undefined ? undefined : decoderFor(guest.image.xlen, guest.abi)(word, pc)
  const symbol = symbolAt(guest.image, pc)
  const place = `0x${pc.toString(16)}${symbol === undefined ? '' : ` (${symbol})`}${instr === undefined ? '' : `: ${disassemble(instr)}`}`
  return new RvrError('CHECK_DIVERGED', `native code and the interpreter differ after instruction ${bad} at ${place}: ${last.text}`, {
    hint: 'This is a defect in rvr; please report it with the guest. The cause lies in the native region that ends there.', details: { pc, instret: bad, difference: last.text },
  })
}
